// Echoes on /echo, closes as asked on /close, refuses /refuse, and replays its log on /feed. What is said in a
// room, such as /room/chat, all in it hear, in one order. /page is for a browser, which answers questions in the
// room chat, and says in the room seen what it has heard.
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';

const log = [];
const subscribers = new Set();
const rooms = new Map();
const page = `<script>
  const enter = (room) => new WebSocket('ws://' + location.host + '/room/' + room);
  const seen = enter('seen');
  seen.onopen = () => {
    const chat = enter('chat');
    chat.binaryType = 'arraybuffer';
    chat.onopen = () => chat.send('the browser is here');
    chat.onmessage = ({ data }) => {
      const text = typeof data === 'string' ? data : new TextDecoder().decode(data);
      seen.send(text);
      if (text.startsWith('question ')) chat.send('answer to ' + text);
    };
  };
</script>`;
const server = createServer((request, response) =>
  request.url === '/page'
    ? response.writeHead(200, { 'Content-Type': 'text/html' }).end(page)
    : response.writeHead(404).end());
const sockets = new WebSocketServer({
  noServer: true,
  perMessageDeflate: true,
  handleProtocols: (protocols) => (protocols.has('chat.v2') ? 'chat.v2' : false),
});

server.on('upgrade', (request, socket, head) => {
  if (request.url === '/refuse') {
    socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
    return;
  }
  sockets.handleUpgrade(request, socket, head, (peer) => serve(peer, request.url));
});

function serve(peer, url) {
  peer.on('error', () => {});
  if (url.startsWith('/room/')) {
    const room = rooms.get(url) ?? new Set();
    rooms.set(url, room.add(peer));
    peer.on('message', (data, isBinary) => room.forEach((each) => each.send(data, { binary: isBinary })));
    peer.on('close', () => room.delete(peer));
    return;
  }
  peer.on('message', (data, isBinary) => {
    if (url === '/echo') {
      peer.send(data, { binary: isBinary });
    } else if (url === '/close') {
      peer.close(Number(data.toString()));
    } else if (url === '/publish') {
      log.push(data.toString());
      for (const each of subscribers) {
        each.send(data.toString());
      }
    } else if (url === '/feed') {
      // "after 3": what came behind the third event, and from then on what is published.
      log.slice(Number(data.toString().split(' ')[1])).forEach((event) => peer.send(event));
      subscribers.add(peer);
      peer.on('close', () => subscribers.delete(peer));
    }
  });
}

process.stdin.resume().on('end', () => process.exit());
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
