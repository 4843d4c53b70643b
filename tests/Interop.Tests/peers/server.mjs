// The server's side of gRPC's interop description with @grpc/grpc-js: node server.mjs ROOT PROTOS; prints its port.
import { grpc, http2, testing, zeros } from "./grpc.mjs";

// grpc-js tells a method nothing about compression, so each stream is listened to as well: its first byte of each
// message. The method finds what was heard by a header that is added here.
const heard = new Map();
const createServer = http2.createServer;
http2.createServer = (...options) => {
  const server = createServer(...options);
  server.on("stream", (stream, headers) => {
    const flags = [];
    let header = [];
    let left = 0;
    heard.set((headers["x-heard"] = String(heard.size)), flags);
    stream.on("data", (bytes) => {
      for (let at = 0; at < bytes.length; ) {
        const skipped = Math.min(left, bytes.length - at);
        left -= skipped;
        at += skipped;
        if (at === bytes.length) return;
        header.push(bytes[at++]);
        if (header.length === 5) {
          flags.push(header[0] === 1);
          left = Buffer.from(header).readUInt32BE(1);
          header = [];
        }
      }
    });
  });
  return server;
};

const isAsItSays = (call, { expect_compressed: expected }) => {
  const isCompressed = heard.get(call.metadata.get("x-heard")[0]).shift();
  return !expected || expected.value === isCompressed;
};
const lie = { code: grpc.status.INVALID_ARGUMENT, details: "The message is not compressed as it says." };

const echo = (call) => {
  const initial = call.metadata.get("x-grpc-test-echo-initial")[0];
  if (initial) {
    const headers = new grpc.Metadata();
    headers.set("x-grpc-test-echo-initial", initial);
    call.sendMetadata(headers);
  }
  const trailers = new grpc.Metadata();
  const trailing = call.metadata.get("x-grpc-test-echo-trailing-bin")[0];
  if (trailing) trailers.set("x-grpc-test-echo-trailing-bin", trailing);
  return trailers;
};

const pause = (microseconds) => new Promise((resolve) => setTimeout(resolve, microseconds / 1000).unref());

const answer = async (call, { response_parameters, response_status: status }) => {
  for (const { size, interval_us } of response_parameters) {
    if (interval_us) await pause(interval_us);
    if (call.cancelled) return false;
    call.write({ payload: zeros(size) });
  }
  if (status) call.emit("error", { code: status.code, details: status.message });
  return !status;
};

const server = new grpc.Server();
server.addService(testing.TestService.service, {
  EmptyCall: (call, callback) => callback(null, {}, echo(call)),
  UnaryCall(call, callback) {
    const { response_size, response_status: status } = call.request;
    const trailers = echo(call);
    if (!isAsItSays(call, call.request)) callback(lie);
    else if (status) callback({ code: status.code, details: status.message, metadata: trailers });
    else callback(null, { payload: zeros(response_size) }, trailers);
  },
  async StreamingOutputCall(call) {
    const trailers = echo(call);
    if (await answer(call, call.request)) call.end(trailers);
  },
  StreamingInputCall(call, callback) {
    let size = 0;
    let lied = false;
    call.on("data", (request) => {
      size += request.payload.body.length;
      if (isAsItSays(call, request) || lied) return;
      lied = true;
      callback(lie);
    });
    call.on("end", () => lied || callback(null, { aggregated_payload_size: size }));
    call.on("error", () => {});
  },
  FullDuplexCall(call) {
    const trailers = echo(call);
    // One after the other, whatever pauses they ask for.
    let goesOn = Promise.resolve(true);
    call.on("data", (request) => (goesOn = goesOn.then((is) => is && answer(call, request))));
    call.on("end", () => goesOn.then((is) => is && call.end(trailers)));
    call.on("error", () => {});
  },
});
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  console.log(port);
});
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
