// Echoes on /echo, closes as asked on /close, refuses /refuse, and replays its log on /feed.
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';

const log = [];
const subscribers = new Set();
const server = createServer((request, response) => response.writeHead(404).end());
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
