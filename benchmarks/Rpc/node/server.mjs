// The benchmark's server with @grpc/grpc-js: node server.mjs ROOT; prints its port, ends with its input.
import readline from "node:readline";
import { EchoService, grpc } from "./grpc.mjs";

const server = new grpc.Server();
server.addService(EchoService.service, {
  Say: (call, callback) => callback(null, { payload: call.request.payload }),
  Count(call) {
    const response = { payload: Buffer.alloc(call.request.size) };
    let left = call.request.messages;
    const go = () => {
      while (left > 0 && !call.cancelled) {
        left--;
        if (!call.write(response)) return call.once("drain", go);
      }
      call.end();
    };
    go();
  },
});
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  console.log(port);
});
// Each line is a question for the bytes allocated so far, which Node does not count.
for await (const _ of readline.createInterface({ input: process.stdin })) console.log(0);
process.exit(0);
