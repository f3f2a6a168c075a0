// The stock of src/test/protobuf/shop.proto, on grpc-js. Prints its port; ends with its standard input.
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const shop = grpc.loadPackageDefinition(
  loader.loadSync(process.argv[2], { longs: Number, defaults: true })).parley.shop;

let arrivals = 0;

// What the test wants done is in the sku.
function get(call, callback) {
  arrivals++;
  const trailers = new grpc.Metadata();
  switch (call.request.sku) {
    case 'busy':
      return callback({ code: grpc.status.UNAVAILABLE });
    case 'missing':
      return callback({ code: grpc.status.NOT_FOUND, details: 'no such thing' });
    case 'wait':
      trailers.set('grpc-retry-pushback-ms', '50');
      return callback({ code: grpc.status.RESOURCE_EXHAUSTED, metadata: trailers });
    case 'large':
      return callback(null, { padding: Buffer.alloc(200_000) });
    case 'never':
      return undefined;
    case 'arrivals':
      return callback(null, { quantity: arrivals - 1 });
    default:
      trailers.set('tenant', call.metadata.get('x-tenant')[0] || '');
      trailers.set('trace-bin', call.metadata.get('trace-bin')[0] || Buffer.alloc(0));
      return callback(null, { sku: call.request.sku, quantity: 7 }, trailers);
  }
}

// Ten levels, and a break after each third.
function watch(call) {
  let next = call.request.after + 1;
  const end = call.request.sku === 'whole' ? 10 : Math.min(10, next + 2);
  for (; next <= end; next++) {
    call.write({ quantity: next });
  }
  if (next > 10) {
    call.end();
  } else {
    call.emit('error', { code: grpc.status.UNAVAILABLE, details: 'broken off' });
  }
}

function sync(call) {
  call.on('data', level => call.write(level));
  call.on('end', () => call.end());
}

function count(call, callback) {
  let quantity = 0;
  call.on('data', () => quantity++);
  call.on('end', () => callback(null, { quantity }));
}

const server = new grpc.Server({ 'grpc.max_receive_message_length': 100_000 });
server.addService(shop.Stock.service, {
  Get: get, Put: get, Reserve: get, Watch: watch, Count: count, Sync: sync
});
server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) {
    throw error;
  }
  console.log(port);
});
process.stdin.on('end', () => process.exit(0)).resume();
