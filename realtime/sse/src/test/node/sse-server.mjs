// A server of events without dependencies. Commands come as lines of JSON on stdin, and what it saw goes
// out as lines on stdout. Arguments: replays (true or false), milliseconds between heartbeats, number of ports.
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';

const [replays, heartbeat, ports] = [process.argv[2] === 'true', +process.argv[3], +(process.argv[4] ?? 1)];
const log = []; // blocks as they go out, for those who come later
const streams = new Set();
const say = (...words) => process.stdout.write(words.join(' ') + '\n');

function serve(request, response) {
  const path = request.url.split('?')[0];
  if (path === '/page') {
    response.writeHead(200, { 'Content-Type': 'text/html' });
    response.end(`<script>
      let queue = Promise.resolve();
      const seen = new EventSource('/events');
      const tell = e => fetch('/seen', { method: 'POST', body: [e.type, e.lastEventId, e.data].join('\\u0001') });
      for (const type of ['message', 'price', 'end']) seen.addEventListener(type, e => queue = queue.then(() => tell(e)));
    </script>`);
    return;
  }
  if (path === '/favicon.ico') {
    response.writeHead(404).end();
    return;
  }
  let body = '';
  request.setEncoding('utf8').on('data', more => body += more).on('end', () => {
    if (path === '/seen') {
      say('seen', Buffer.from(body).toString('base64'));
      response.writeHead(204).end();
    } else {
      stream(request, response, body);
    }
  });
}

function stream(request, response, body) {
  const last = request.headers['last-event-id'];
  say('connect', request.method, last === undefined ? '-' : Buffer.from(last, 'latin1').toString('base64'),
    Buffer.from(body).toString('base64'));
  request.socket.setNoDelay(true);
  response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8', 'Cache-Control': 'no-store' });
  response.flushHeaders();
  if (replays) {
    const from = last === undefined ? 0 : log.findIndex(each => each.id === last) + 1;
    log.slice(from).forEach(each => response.write(each.block));
  }
  streams.add(response);
  response.on('close', () => streams.delete(response));
  response.on('error', () => {});
}

function obey(command) {
  if (command.op === 'publish') {
    log.push(command);
    streams.forEach(each => each.write(command.block));
  } else if (command.op === 'cut') {
    streams.forEach(each => each.socket.destroy());
  } else if (command.op === 'finish') {
    streams.forEach(each => each.end());
  }
}

if (heartbeat > 0) {
  setInterval(() => streams.forEach(each => each.write(':\n\n')), heartbeat);
}
createInterface({ input: process.stdin }).on('line', line => obey(JSON.parse(line))).on('close', () => process.exit(0));
for (let i = 0; i < ports; i++) {
  const server = createServer({ keepAlive: true, requestTimeout: 0, headersTimeout: 0 }, serve);
  server.listen({ port: 0, host: '127.0.0.1', backlog: 2000 }, () => say('port', server.address().port));
}
