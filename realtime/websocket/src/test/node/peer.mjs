// The scripted peer of the suites, on ws: servers, one for each harness, that do as they are told. Each line of its input is
// a command, and each of its output an event or the answer to "open", "sync", "hold", "release" or "close"; messages are in
// base64. It ends with its input.
import { createInterface } from 'node:readline';
import { WebSocketServer } from 'ws';

const servers = new Map();
const sockets = new Map();
let connections = 0;

const tell = (...words) => console.log(words.join(' '));

function open() {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 }, () => {
    const { port } = server.address();
    servers.set(String(port), server);
    tell('done', port);
  });
  server.on('connection', (socket, { url }) => {
    const number = String(++connections);
    sockets.set(number, socket);
    tell('opened', number, server.address().port, url);
    socket.on('message', (data) => tell('heard', number, data.toString('base64')));
    socket.on('error', () => {}); // it is closed next
    socket.on('close', () => {
      sockets.delete(number);
      tell('closed', number);
    });
    if (server.holds) socket.pause();
  });
}

function hold(server, holds) {
  server.holds = holds;
  server.clients.forEach((socket) => (holds ? socket.pause() : socket.resume()));
}

function close(server) {
  server.clients.forEach((socket) => socket.terminate());
  server.close();
}

function obey(command, target, data) {
  switch (command) {
    case 'open': return open();
    case 'send': return sockets.get(target)?.send(Buffer.from(data, 'base64'), () => {}); // unless it has gone
    case 'end': return sockets.get(target)?.close(1000, 'the end');
    case 'hold': hold(servers.get(target), true); break;
    case 'release': hold(servers.get(target), false); break;
    case 'close': close(servers.get(target)); break;
  }
  tell('done', target);
}

createInterface({ input: process.stdin })
  .on('line', (line) => obey(...line.split(' ')))
  .on('close', () => process.exit(0));
