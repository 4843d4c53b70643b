// Calls Where until a time is over, four at a time: node keepcalling.mjs ROOT PROTO HOST:PORT SECONDS; prints JSON.
import { createRequire } from "node:module";

const [root, proto, address, seconds] = process.argv.slice(2);
const require = createRequire(root + "/package.json");
const grpc = require("@grpc/grpc-js");
const definition = require("@grpc/proto-loader").loadSync(proto, { keepCase: true, defaults: true });
const { CountingService } = grpc.loadPackageDefinition(definition).facemix.tests.counting.v1;
const client = new CountingService(address, grpc.credentials.createInsecure());

const failures = [];
const peers = new Set();
let calls = 0;
const end = Date.now() + Number(seconds) * 1000;
const where = () => new Promise((resolve) => client.Where({}, { deadline: Date.now() + 30000 }, (error, response) => {
  if (error) failures.push(error.message);
  else peers.add(response.peer);
  calls++;
  resolve();
}));
const caller = async () => {
  while (Date.now() < end) {
    await where();
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
};
const counted = new Promise((resolve) => {
  let count = 0;
  const stream = client.Count({ to: 30, pause_ms: 100 });
  stream.on("data", () => count++);
  stream.on("error", (error) => failures.push(error.message));
  stream.on("status", () => resolve(count));
});
await Promise.all([caller(), caller(), caller(), caller()]);
console.log(JSON.stringify({ calls, connections: peers.size, failures, counted: await counted }));
process.exit(0);
