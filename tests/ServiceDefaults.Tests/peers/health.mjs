// Asks the health service with @grpc/grpc-js, without generated code: node health.mjs ROOT HOST:PORT check|watch SERVICE; prints a line for each state or status.
import { createRequire } from "node:module";

const [root, address, what, service] = process.argv.slice(2);
const grpc = createRequire(root + "/package.json")("@grpc/grpc-js");
const states = { "": "UNKNOWN", "0801": "SERVING", "0802": "NOT_SERVING", "0803": "SERVICE_UNKNOWN" };
const state = (response) => states[response.toString("hex")];
const same = (bytes) => bytes;
const request = Buffer.from([(1 << 3) | 2, service.length, ...Buffer.from(service)]);
const client = new grpc.Client(address, grpc.credentials.createInsecure());

if (what === "check") {
  client.makeUnaryRequest("/grpc.health.v1.Health/Check", same, same, request, (error, response) => {
    console.log(error ? `code ${error.code}` : state(response));
    client.close();
  });
} else {
  const call = client.makeServerStreamRequest("/grpc.health.v1.Health/Watch", same, same, request);
  call.on("data", (response) => console.log(state(response)));
  call.on("error", () => {});
  call.on("status", ({ code }) => {
    console.log(`code ${code}`);
    client.close();
  });
}
