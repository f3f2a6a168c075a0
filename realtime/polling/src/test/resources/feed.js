// A feed on nothing but Node: the same as JvmFeed. Prints its port; takes commands on standard input,
// a line each: "+" and the members of an element, or "end". Ends with its standard input.
const http = require('node:http');
const readline = require('node:readline');

const PAGE = 50;
const elements = [];
let ended = false;
let waiting = new Set();

function wake() {
  const all = waiting;
  waiting = new Set();
  all.forEach((answer) => answer());
}

const server = http.createServer((request, response) => {
  const query = new URL(request.url, 'http://localhost').searchParams;
  const from = Number(query.get('after') ?? query.get('since') ?? 0);
  const until = Date.now() + Number(query.get('hold') ?? 0);
  const answer = () => {
    if (!ended && elements.length <= from && Date.now() < until) {
      waiting.add(answer);
      setTimeout(() => waiting.delete(answer) && answer(), until - Date.now());
      return;
    }
    const to = Math.min(elements.length, from + PAGE);
    response.setHeader('Content-Type', 'application/json');
    response.end(
      JSON.stringify({
        notes: elements.slice(from, to),
        next: String(Math.max(from, to)),
        more: to < elements.length,
        ended: ended && to === elements.length,
      }),
    );
  };
  answer();
});

server.listen(0, '127.0.0.1', () => console.log(server.address().port));

const lines = readline.createInterface({ input: process.stdin });
lines.on('line', (line) => {
  if (line.startsWith('+')) {
    elements.push(JSON.parse(`{"seq":${elements.length + 1},${line.slice(1)}}`));
  } else {
    ended = true;
  }
  wake();
});
lines.on('close', () => process.exit(0));
