// GraphQL servers on graphql-yoga: node server.mjs SCHEMA. Each line of its input asks for another one, which prints its
// port: "-", or an address that is asked what to do with each request. "close PORT" ends one, the end of input all.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { GraphQLError } from 'graphql';
import { createSchema, createYoga } from 'graphql-yoga';
import { useAPQ } from '@graphql-yoga/plugin-apq';

const [schemaFile] = process.argv.slice(2);

const products = [
  { id: '1', name: 'Anvil', size: 'LARGE', tags: ['iron', 'heavy'], since: '2020-01-02T03:04:05Z', price: 9.5,
    reviews: [{ stars: 5, text: 'Grüße' }, { stars: 1, text: null }] },
  { id: '2', name: 'Broken', size: null, tags: [], since: null, reviews: [] },
];
const failure = (message, code) => new GraphQLError(message, { extensions: { code } });

const yoga = createYoga({
  schema: createSchema({
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
    },
  }),
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

// Returns whether the request was answered as the script says, and not as GraphQL.
async function scripted(script, request, response, bytes) {
  const { query, variables } = JSON.parse(bytes);
  const asked = await fetch(script, {
    method: 'POST',
    body: JSON.stringify({ ...variables, key: request.headers['idempotency-key'] ?? null, headers: request.headers }),
  });
  const { status, wait, garbage } = await asked.json();
  if (status === 200 && !garbage) return false;
  if (wait != null) response.setHeader('retry-after-ms', wait);
  response.setHeader('content-type', 'application/json');
  response.statusCode = status;
  response.end(garbage ? '{"data":{"echo":7}}' : '');
  return true;
}

async function answer(script, request, response) {
  try {
    const bytes = await body(request);
    if (script !== '-' && (await scripted(script, request, response, bytes))) return;
    const answer = await yoga.fetch(`http://localhost${request.url}`, {
      method: request.method,
      headers: request.headers,
      body: request.method === 'POST' ? bytes : undefined,
    });
    const content = Buffer.from(await answer.arrayBuffer());
    response.writeHead(answer.status, { ...Object.fromEntries(answer.headers), 'content-length': content.length });
    response.end(content);
  } catch (failed) {
    console.error(failed);
    response.destroy();
  }
}

const servers = new Map();
for await (const line of createInterface({ input: process.stdin })) {
  if (line.startsWith('close ')) {
    const server = servers.get(Number(line.slice(6)));
    server.close();
    server.closeAllConnections();
    continue;
  }
  const server = createServer((request, response) => answer(line, request, response));
  server.listen(0, '127.0.0.1', () => {
    servers.set(server.address().port, server);
    console.log(server.address().port);
  });
}
process.exit();
