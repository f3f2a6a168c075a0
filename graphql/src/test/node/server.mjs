// GraphQL servers on graphql-yoga: node server.mjs SCHEMA. Each line of its input is a command: "plain" or "scripted" asks
// for another server, which answers "port PORT". A scripted one asks "ask PORT ID QUESTION" before each answer, and does what
// "act ID ACT" says. "publish PORT NOTE" and "end PORT" are for its subscribers, each of which prints "subscribed PORT";
// "close PORT" ends it, and the end of input all. What is done is answered by "done PORT".
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { GraphQLError } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { createSchema, createYoga } from 'graphql-yoga';
import { WebSocketServer } from 'ws';
import { useAPQ } from '@graphql-yoga/plugin-apq';

const [schemaFile] = process.argv.slice(2);

const products = [
  { id: '1', name: 'Anvil', size: 'LARGE', tags: ['iron', 'heavy'], since: '2020-01-02T03:04:05Z', price: 9.5,
    reviews: [{ stars: 5, text: 'Grüße' }, { stars: 1, text: null }] },
  { id: '2', name: 'Broken', size: null, tags: [], since: null, reviews: [] },
];
const failure = (message, code) => new GraphQLError(message, { extensions: { code } });

const END = Symbol('end');

// The subscribers of one server.
class Bus {
  subscribers = new Set();

  send(element) {
    for (const each of this.subscribers) each(element);
  }

  // Subscribes at once, and not when the first element is asked for.
  elements(told) {
    const waiting = [];
    const reader = { wake: () => {} };
    const subscriber = (element) => {
      waiting.push(element);
      reader.wake();
    };
    this.subscribers.add(subscriber);
    told();
    return this.drain(waiting, reader, subscriber);
  }

  async *drain(waiting, reader, subscriber) {
    try {
      while (true) {
        while (waiting.length > 0) {
          const element = waiting.shift();
          if (element === END) return;
          yield element;
        }
        await new Promise((resolve) => { reader.wake = resolve; });
      }
    } finally {
      this.subscribers.delete(subscriber);
    }
  }
}

async function* countdown(from) {
  for (let value = from; value >= 0; value--) yield value;
}

const schema = createSchema({
  typeDefs: readFileSync(schemaFile, 'utf8'),
  resolvers: {
    Product: {
      price: (product) => {
        if (product.name === 'Broken') throw failure('no price', 'NO_PRICE');
        return product.price;
      },
    },
    Query: {
      echo: (_, note) => note,
      product: (_, { id }) => products.find((each) => each.id === id),
      sized: (_, { size }) => products.filter((each) => each.size === size),
      since: (_, { from }) => from,
      fail: (_, { code }) => { throw failure('asked to fail', code); },
    },
    Mutation: {
      echo: (_, note) => note,
      order: (_, { parts }) => parts.reduce((sum, each) => sum + each.count, 0),
      upload: async (_, { file, name }) => `${name}: ${await file.text()}`,
      uploadAll: (_, { files }) => Promise.all(files.map((each) => each.text())),
    },
    Subscription: {
      notes: {
        subscribe: (_, args, { bus, port }) => bus.elements(() => console.log(`subscribed ${port}`)),
        resolve: (note) => note,
      },
      countdown: { subscribe: (_, { from }) => countdown(from), resolve: (value) => ({ value }) },
    },
    Count: {
      note: ({ value }) => {
        if (value % 2 === 1) throw failure('odd', 'ODD');
        return null;
      },
    },
  },
});

const yoga = createYoga({
  schema,
  context: ({ connection }) => connection,
  batching: true,
  logging: false,
  maskedErrors: false,
  plugins: [useAPQ()],
});

async function body(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const asked = new Map();
let questions = 0;

function ask(port, question) {
  const id = ++questions;
  console.log(`ask ${port} ${id} ${JSON.stringify(question)}`);
  return new Promise((resolve) => asked.set(id, resolve));
}

// Returns whether the request was answered as the script says, and not as GraphQL.
async function answeredByScript(port, request, response, bytes) {
  const { variables } = JSON.parse(bytes);
  if (!variables) return false; // a subscription
  const key = request.headers['idempotency-key'] ?? null;
  const { status, wait, garbage } = await ask(port, { ...variables, key, headers: request.headers });
  if (status === 200 && !garbage) return false;
  if (wait != null) response.setHeader('retry-after-ms', wait);
  response.setHeader('content-type', 'application/json');
  response.statusCode = status;
  response.end(garbage ? '{"data":{"echo":7}}' : '');
  return true;
}

// Events go out as they come, and between them more comments than yoga sends, which are signs of life.
async function stream(answer, response) {
  response.writeHead(answer.status, Object.fromEntries(answer.headers));
  const heart = setInterval(() => response.write(':\n\n'), 50);
  const events = answer.body.getReader();
  response.on('close', () => {
    clearInterval(heart);
    events.cancel().catch(() => {});
  });
  for (let each = await events.read(); !each.done; each = await events.read()) response.write(each.value);
  clearInterval(heart);
  response.end();
}

async function answer(scriptedPort, connection, request, response) {
  try {
    const bytes = await body(request);
    if (scriptedPort && (await answeredByScript(scriptedPort, request, response, bytes))) return;
    const answer = await yoga.fetch(`http://localhost${request.url}`, {
      method: request.method,
      headers: request.headers,
      body: request.method === 'POST' ? bytes : undefined,
    }, { connection });
    if (answer.headers.get('content-type')?.startsWith('text/event-stream')) {
      await stream(answer, response);
      return;
    }
    const content = Buffer.from(await answer.arrayBuffer());
    response.writeHead(answer.status, { ...Object.fromEntries(answer.headers), 'content-length': content.length });
    response.end(content);
  } catch (failed) {
    console.error(failed);
    response.destroy();
  }
}

const servers = new Map();

function listen(isScripted) {
  const bus = new Bus();
  const server = createServer((request, response) =>
    answer(isScripted && server.address().port, { bus, port: server.address().port }, request, response));
  const sockets = new WebSocketServer({ server, path: '/graphql' });
  useServer({ schema, context: () => ({ bus, port: server.address().port }) }, sockets);
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    servers.set(port, { server, sockets, bus });
    console.log(`port ${port}`);
  });
}

for await (const line of createInterface({ input: process.stdin })) {
  const [, verb, port, rest] = line.match(/^(\w+) (\d+) ?(.*)$/) ?? [];
  const { server, sockets, bus } = servers.get(Number(port)) ?? {};
  if (verb === 'act') {
    asked.get(Number(port))(JSON.parse(rest));
    asked.delete(Number(port));
    continue;
  }
  if (verb === 'publish') bus.send(JSON.parse(rest));
  else if (verb === 'end') bus.send(END);
  else if (verb === 'close') {
    server.close();
    for (const each of sockets.clients) each.terminate();
    server.closeAllConnections();
  } else {
    listen(line === 'scripted');
    continue;
  }
  console.log(`done ${port}`);
}
process.exit();
