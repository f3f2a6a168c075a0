// The scripted peer of the suites, on grpc-js: servers of notes, one for each harness. Each line of its input is a command in
// JSON, and each of its output an event. "open" makes a server, which tells its "port". Before it answers a note it asks "ask",
// and does what the command "act" says. What is done is told by "done". It ends with its input.
const { createInterface } = require('node:readline');
const grpc = require('@grpc/grpc-js');

const raw = (path, requestStream, responseStream) => ({
  path: `/notes.Notes/${path}`, requestStream, responseStream,
  requestSerialize: bytes => bytes, requestDeserialize: bytes => bytes,
  responseSerialize: bytes => bytes, responseDeserialize: bytes => bytes
});
const service = { Echo: raw('Echo', false, false), Watch: raw('Watch', false, true), Talk: raw('Talk', true, true) };
const GARBAGE = Buffer.from('not a note');

const tell = event => console.log(JSON.stringify(event));
const asked = new Map();
let questions = 0;

class Notes {
  feed = [];
  readers = new Set();
  sessions = new Set();
  ended = false;
  holding = false;
  keepsCompleted = false;

  ask(call, bytes, then) {
    const id = ++questions;
    asked.set(id, then);
    const headers = Object.fromEntries(Object.entries(call.metadata.getMap()).map(([k, v]) => [k, v.toString()]));
    tell({ event: 'ask', port: this.port, id, note: bytes.toString('base64'), headers });
    return id;
  }

  echo(call, callback) {
    const id = this.ask(call, call.request, ({ kind, wait }) => {
      const trailers = new grpc.Metadata();
      switch (kind) {
        case 'ECHO': return callback(null, call.request);
        case 'GARBAGE': return callback(null, GARBAGE);
        case 'BUSY': return callback({ code: grpc.status.UNAVAILABLE });
        case 'FORBID': return callback({ code: grpc.status.PERMISSION_DENIED });
        case 'DECLINE':
          trailers.set('grpc-retry-pushback-ms', String(wait));
          return callback({ code: grpc.status.RESOURCE_EXHAUSTED, metadata: trailers });
      }
    });
    call.on('cancelled', () => asked.delete(id) && tell({ event: 'abandoned', port: this.port, id }));
  }

  watch(call) {
    const token = call.metadata.get('resume-token')[0];
    const known = token === undefined ? -1
      : this.feed.findLastIndex(each => each.subarray(0, token.length + 1).toString() === token + '\n');
    const reader = { call, next: known + 1, waiting: false };
    this.readers.add(reader);
    call.on('cancelled', () => this.readers.delete(reader));
    call.on('drain', () => {
      reader.waiting = false;
      this.pump(reader);
    });
    call.sendMetadata(new grpc.Metadata());
    tell({ event: 'connect', port: this.port });
    this.pump(reader);
  }

  pump(reader) {
    while (!reader.waiting && reader.next < this.feed.length) {
      reader.waiting = !reader.call.write(this.feed[reader.next++]);
    }
    if (this.ended && reader.next === this.feed.length && this.readers.delete(reader)) {
      reader.call.end();
    }
  }

  pumpAll() {
    for (const each of this.readers) this.pump(each);
  }

  talk(call) {
    const over = () => {
      const wasOpen = this.sessions.delete(call);
      if (wasOpen) tell({ event: 'closed', port: this.port });
      return wasOpen;
    };
    this.sessions.add(call);
    call.on('data', bytes => this.ask(call, bytes, () => this.sessions.has(call) && call.write(bytes)));
    call.on('cancelled', over);
    call.on('error', over);
    call.on('end', () => {
      tell({ event: 'completed', port: this.port });
      if (!this.keepsCompleted && over()) call.end();
    });
    if (this.holding) call.pause();
    call.sendMetadata(new grpc.Metadata());
    tell({ event: 'opened', port: this.port });
  }

  endSessions() {
    for (const each of this.sessions) {
      this.sessions.delete(each);
      tell({ event: 'closed', port: this.port });
      each.end();
    }
  }

  hold(holding) {
    this.holding = holding;
    for (const each of this.sessions) holding ? each.pause() : each.resume();
  }

  start() {
    this.server = new grpc.Server();
    this.server.addService(service, {
      Echo: this.echo.bind(this), Watch: this.watch.bind(this), Talk: this.talk.bind(this)
    });
    this.server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
      if (error) throw error;
      this.port = port;
      servers.set(port, this);
      tell({ event: 'port', port });
    });
  }
}

const servers = new Map();

function obey({ command, port, id, act, note, hold }) {
  const notes = servers.get(port);
  switch (command) {
    case 'open': return new Notes().start();
    case 'act':
      asked.get(id)?.(act); // unless its caller has gone
      asked.delete(id);
      return;
    case 'publish':
      notes.feed.push(Buffer.from(note, 'base64'));
      notes.pumpAll();
      break;
    case 'end':
      notes.ended = true;
      notes.pumpAll();
      break;
    case 'say':
      for (const each of notes.sessions) each.write(Buffer.from(note, 'base64'));
      break;
    case 'endSessions': notes.endSessions(); break;
    case 'hold': notes.hold(hold); break;
    case 'keepCompleted': notes.keepsCompleted = true; break;
    case 'close':
      servers.delete(port);
      notes.server.forceShutdown();
      break;
  }
  tell({ event: 'done', port });
}

createInterface({ input: process.stdin })
  .on('line', line => obey(JSON.parse(line)))
  .on('close', () => process.exit(0));
