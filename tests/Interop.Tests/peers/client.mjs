// The client's side of gRPC's interop description with @grpc/grpc-js: node client.mjs ROOT PROTOS HOST:PORT.
// Each line of the input names a case; the line answered is null, or what went wrong, as JSON.
import assert from "node:assert/strict";
import readline from "node:readline";
import { grpc, testing, zeros } from "./grpc.mjs";

const address = process.argv[4];
const insecure = grpc.credentials.createInsecure();
const client = new testing.TestService(address, insecure);
const gzip = new testing.TestService(address, insecure, {
  "grpc.default_compression_algorithm": grpc.compressionAlgorithms.gzip,
});
const requestSizes = [27182, 8, 1828, 45904];
const responseSizes = [31415, 9, 2653, 58979];
const soon = () => ({ deadline: Date.now() + 30000 });

/** Ends with everything that is known of a call with one response; never throws. */
const unary = (stub, method, request, metadata = new grpc.Metadata()) =>
  new Promise((resolve) => {
    const seen = {};
    const call = stub[method](request, metadata, soon(), (error, response) => Object.assign(seen, { response }));
    call.on("metadata", (headers) => Object.assign(seen, { headers }));
    call.on("status", ({ code, details, metadata }) => {
      Object.assign(seen, { code, details, trailers: metadata });
      setImmediate(() => resolve(seen));
    });
  });

/** A call with many responses: next() gives one, or undefined at the end; status then says how it ended. */
const streamed = (call) => {
  const waiting = call[Symbol.asyncIterator]();
  const status = new Promise((resolve) => call.on("status", resolve));
  const headers = new Promise((resolve) => call.on("metadata", resolve));
  call.on("error", () => {});
  const next = async () => {
    try {
      return (await waiting.next()).value;
    } catch {
      return undefined;
    }
  };
  return { next, status, headers };
};

const sizes = async ({ next }) => {
  const all = [];
  for (let response; (response = await next()); ) all.push(response.payload.body.length);
  return all;
};

const large = (more) => ({ response_size: 314159, payload: zeros(271828), ...more });
const isLarge = ({ code, details, response }) => {
  assert.equal(code, grpc.status.OK, details);
  assert.ok(response.payload.body.equals(Buffer.alloc(314159)));
};
const output = (responses, request = 0) => ({
  response_parameters: responses.map((size) => ({ size })),
  payload: zeros(request),
});
/** Writes what write is told to and gives the status and the response. */
const input = (stub, write) =>
  new Promise((resolve) => {
    let response;
    const call = stub.StreamingInputCall(new grpc.Metadata(), soon(), (error, message) => (response = message));
    call.on("status", (status) => setImmediate(() => resolve({ ...status, response })));
    write(call);
  });

const oneThenSleep = { response_parameters: [{ size: 1 }, { size: 1, interval_us: 60_000_000 }] };

const cases = {
  async empty_unary() {
    const { code, details, response } = await unary(client, "EmptyCall", {});
    assert.equal(code, grpc.status.OK, details);
    assert.deepEqual({ ...response }, {});
  },
  async large_unary() {
    isLarge(await unary(client, "UnaryCall", large()));
  },
  async client_streaming() {
    const { response } = await input(client, (call) => {
      for (const size of requestSizes) call.write({ payload: zeros(size) });
      call.end();
    });
    assert.equal(response.aggregated_payload_size, 74922);
  },
  async server_streaming() {
    const call = streamed(client.StreamingOutputCall(output(responseSizes), soon()));
    assert.deepEqual(await sizes(call), responseSizes);
    assert.equal((await call.status).code, grpc.status.OK);
  },
  async ping_pong() {
    const call = client.FullDuplexCall(soon());
    const responses = streamed(call);
    for (const [i, size] of responseSizes.entries()) {
      call.write(output([size], requestSizes[i]));
      assert.equal((await responses.next()).payload.body.length, size);
    }
    call.end();
    assert.equal(await responses.next(), undefined);
    assert.equal((await responses.status).code, grpc.status.OK);
  },
  async empty_stream() {
    const call = client.FullDuplexCall(soon());
    const responses = streamed(call);
    call.end();
    assert.equal(await responses.next(), undefined);
    assert.equal((await responses.status).code, grpc.status.OK);
  },
  async client_compressed_unary() {
    const probe = await unary(client, "UnaryCall", large({ expect_compressed: { value: true } }));
    assert.equal(probe.code, grpc.status.INVALID_ARGUMENT);
    isLarge(await unary(gzip, "UnaryCall", large({ expect_compressed: { value: true } })));
    isLarge(await unary(client, "UnaryCall", large({ expect_compressed: { value: false } })));
  },
  async server_compressed_unary() {
    for (const value of [true, false]) isLarge(await unary(client, "UnaryCall", large({ response_compressed: { value } })));
  },
  async client_compressed_streaming() {
    const probe = await input(client, (call) => call.write({ payload: zeros(27182), expect_compressed: { value: true } }));
    assert.equal(probe.code, grpc.status.INVALID_ARGUMENT);
    const { response } = await input(gzip, (call) => {
      call.write({ payload: zeros(27182), expect_compressed: { value: true } });
      // Flags go where a stream of text would have its encoding.
      const noCompress = 2;
      call.write({ payload: zeros(45904), expect_compressed: { value: false } }, noCompress);
      call.end();
    });
    assert.equal(response.aggregated_payload_size, 73086);
  },
  async server_compressed_streaming() {
    const request = { response_parameters: [{ size: 31415, compressed: { value: true } }, { size: 92653, compressed: { value: false } }] };
    assert.deepEqual(await sizes(streamed(client.StreamingOutputCall(request, soon()))), [31415, 92653]);
  },
  async cancel_after_begin() {
    const { code } = await input(client, (call) => call.cancel());
    assert.equal(code, grpc.status.CANCELLED);
  },
  async cancel_after_first_response() {
    const call = client.FullDuplexCall(soon());
    const responses = streamed(call);
    call.write(output([31415], 27182));
    assert.ok(await responses.next());
    call.cancel();
    assert.equal((await responses.status).code, grpc.status.CANCELLED);
  },
  async timeout_on_sleeping_server() {
    const call = client.FullDuplexCall({ deadline: Date.now() + 1 });
    const { status } = streamed(call);
    call.write(output([], 27182));
    assert.equal((await status).code, grpc.status.DEADLINE_EXCEEDED);
  },
  async custom_metadata() {
    const metadata = new grpc.Metadata();
    metadata.set("x-grpc-test-echo-initial", "test_initial_metadata_value");
    metadata.set("x-grpc-test-echo-trailing-bin", Buffer.from("ababab", "hex"));
    const echoed = (headers, trailers) => {
      assert.deepEqual(headers.get("x-grpc-test-echo-initial"), ["test_initial_metadata_value"]);
      assert.deepEqual(trailers.get("x-grpc-test-echo-trailing-bin"), [Buffer.from("ababab", "hex")]);
    };
    const seen = await unary(client, "UnaryCall", large(), metadata);
    isLarge(seen);
    echoed(seen.headers, seen.trailers);
    const call = client.FullDuplexCall(metadata, soon());
    const responses = streamed(call);
    call.write(output([314159], 271828));
    call.end();
    assert.deepEqual(await sizes(responses), [314159]);
    echoed(await responses.headers, (await responses.status).metadata);
  },
  async status_code_and_message() {
    const response_status = { code: grpc.status.UNKNOWN, message: "test status message" };
    const { code, details } = await unary(client, "UnaryCall", { response_status });
    assert.deepEqual([code, details], [grpc.status.UNKNOWN, "test status message"]);
    const call = client.FullDuplexCall(soon());
    const { status } = streamed(call);
    call.write({ response_status });
    call.end();
    assert.equal((await status).details, "test status message");
    assert.equal((await status).code, grpc.status.UNKNOWN);
  },
  async special_status_message() {
    const message = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n";
    const { code, details } = await unary(client, "UnaryCall", { response_status: { code: grpc.status.UNKNOWN, message } });
    assert.deepEqual([code, details], [grpc.status.UNKNOWN, message]);
  },
  async unimplemented_method() {
    assert.equal((await unary(client, "UnimplementedCall", {})).code, grpc.status.UNIMPLEMENTED);
  },
  async unimplemented_service() {
    const other = new testing.UnimplementedService(address, insecure);
    assert.equal((await unary(other, "UnimplementedCall", {})).code, grpc.status.UNIMPLEMENTED);
    other.close();
  },
  async cancellation_reaches_the_server() {
    const call = client.StreamingOutputCall(oneThenSleep, soon());
    const responses = streamed(call);
    assert.ok(await responses.next());
    call.cancel();
    assert.equal((await responses.status).code, grpc.status.CANCELLED);
  },
  async deadline_on_both_sides() {
    const responses = streamed(client.StreamingOutputCall(oneThenSleep, { deadline: Date.now() + 3000 }));
    assert.ok(await responses.next());
    assert.equal((await responses.status).code, grpc.status.DEADLINE_EXCEEDED);
  },
  async too_large_request() {
    assert.equal((await unary(client, "UnaryCall", { payload: zeros(5 << 20) })).code, grpc.status.RESOURCE_EXHAUSTED);
  },
  async too_large_response() {
    assert.equal((await unary(client, "UnaryCall", { response_size: 5 << 20 })).code, grpc.status.RESOURCE_EXHAUSTED);
  },
  async trailers_of_an_error() {
    const metadata = new grpc.Metadata();
    metadata.set("x-grpc-test-echo-trailing-bin", Buffer.from([0, 1, 255]));
    const message = "no such façade: 100 %";
    const { code, details, trailers } = await unary(client, "UnaryCall", { response_status: { code: grpc.status.NOT_FOUND, message } }, metadata);
    assert.deepEqual([code, details], [grpc.status.NOT_FOUND, message]);
    assert.deepEqual(trailers.get("x-grpc-test-echo-trailing-bin"), [Buffer.from([0, 1, 255])]);
  },
  async hundred_at_once() {
    const wanted = Array.from({ length: 100 }, (_, i) => (i + 1) * 100);
    const all = await Promise.all(wanted.map((size) => unary(client, "UnaryCall", { response_size: size, payload: zeros(size / 100) })));
    assert.deepEqual(all.map(({ response }) => response.payload.body.length), wanted);
  },
};

for await (const name of readline.createInterface({ input: process.stdin })) {
  try {
    await cases[name]();
    console.log("null");
  } catch (error) {
    console.log(JSON.stringify(error.stack));
  }
}
process.exit(0);
