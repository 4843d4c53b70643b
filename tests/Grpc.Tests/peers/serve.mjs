// Serves the test protocol with @grpc/grpc-js on a free port: node serve.mjs ROOT PROTO; prints the port, ends with stdin.
import { createRequire } from "node:module";

const [root, proto] = process.argv.slice(2);
const require = createRequire(root + "/package.json");
const grpc = require("@grpc/grpc-js");
const definition = require("@grpc/proto-loader").loadSync(proto, { keepCase: true, longs: Number, defaults: true });
const { EchoService } = grpc.loadPackageDefinition(definition).facemix.tests.v1;

const server = new grpc.Server();
server.addService(EchoService.service, {
  Say(call, callback) {
    const headers = new grpc.Metadata();
    headers.set("has-header", "yes");
    call.sendMetadata(headers);
    const trailers = new grpc.Metadata();
    trailers.set("echo-bytes-bin", Buffer.from([0, 1, 255]));
    const { text, status, wait_ms, payload_size } = call.request;
    if (status) return callback({ code: status, details: text, metadata: trailers });
    const answer = () => callback(null, {
      text,
      payload: Buffer.alloc(payload_size),
      metadata: Object.entries(call.metadata.getMap()).map(([key, value]) => `${key}=${Buffer.isBuffer(value) ? value.toString("hex") : value}`),
    }, trailers);
    if (wait_ms) setTimeout(answer, wait_ms).unref();
    else answer();
  },
  Count(call) {
    for (let number = 1; number <= call.request.to; number++) {
      call.write({ number });
      if (number === call.request.fails_after) return call.emit("error", { code: 10, details: `stopped at ${number}` });
    }
    call.end();
  },
  Collect(call, callback) {
    let sum = 0;
    call.on("data", ({ number }) => (sum += number));
    call.on("end", () => callback(null, { sum }));
  },
  Chat(call) {
    call.on("data", ({ text }) => call.write({ text: text.toUpperCase() }));
    call.on("end", () => call.end());
  },
});
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  console.log(port);
});
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
