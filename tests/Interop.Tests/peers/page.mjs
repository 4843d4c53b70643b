// The interop cases that gRPC-Web can do, with Connect in a browser: bundled into a page, called by the test.
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { createFileRegistry, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";

const responseSizes = [31415, 9, 2653, 58979];

const same = (actual, expected) => {
  if (JSON.stringify(actual) !== JSON.stringify(expected)) throw new Error(`${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`);
};

const ends = async (code, call, message) => {
  let error;
  try {
    await call();
  } catch (thrown) {
    error = ConnectError.from(thrown);
  }
  if (error?.code !== code) throw new Error(`${error} instead of code ${Code[code]}`);
  if (message !== undefined) same(error.rawMessage, message);
  return error;
};

const sizes = async (responses, each = () => {}) => {
  const all = [];
  for await (const { payload } of responses) {
    all.push(payload.body.length);
    each();
  }
  return all;
};

const zeros = (size) => ({ body: new Uint8Array(size) });
const large = { responseSize: 314159, payload: zeros(271828) };
const output = (...sizes) => ({ responseParameters: sizes.map((size) => ({ size })) });
const oneThenSleep = { responseParameters: [{ size: 1 }, { size: 1, intervalUs: 60_000_000 }] };
const isLarge = ({ payload: { body } }) => same([body.length, body.every((each) => each === 0)], [314159, true]);

const cases = {
  async empty_unary({ client }) {
    await client.emptyCall({});
  },
  async large_unary({ client }) {
    isLarge(await client.unaryCall(large));
  },
  async server_streaming({ client }) {
    same(await sizes(client.streamingOutputCall(output(...responseSizes))), responseSizes);
  },
  async cancel_after_begin({ client }) {
    const abort = new AbortController();
    const call = client.unaryCall(large, { signal: abort.signal });
    abort.abort();
    await ends(Code.Canceled, () => call);
  },
  async timeout_on_sleeping_server({ client }) {
    await ends(Code.DeadlineExceeded, () => sizes(client.streamingOutputCall(oneThenSleep, { timeoutMs: 1 })));
  },
  async custom_metadata({ client }) {
    const headers = { "x-grpc-test-echo-initial": "test_initial_metadata_value", "x-grpc-test-echo-trailing-bin": "q6ur" };
    const seen = [];
    const options = {
      headers,
      onHeader: (all) => seen.push(all.get("x-grpc-test-echo-initial")),
      onTrailer: (all) => seen.push(all.get("x-grpc-test-echo-trailing-bin")),
    };
    isLarge(await client.unaryCall(large, options));
    same(await sizes(client.streamingOutputCall(output(314159), options)), [314159]);
    same(seen, ["test_initial_metadata_value", "q6ur", "test_initial_metadata_value", "q6ur"]);
  },
  async status_code_and_message({ client }) {
    const responseStatus = { code: Code.Unknown, message: "test status message" };
    await ends(Code.Unknown, () => client.unaryCall({ responseStatus }), responseStatus.message);
    await ends(Code.Unknown, () => sizes(client.streamingOutputCall({ responseStatus })), responseStatus.message);
  },
  async special_status_message({ client }) {
    const message = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n";
    await ends(Code.Unknown, () => client.unaryCall({ responseStatus: { code: Code.Unknown, message } }), message);
  },
  async unimplemented_method({ client }) {
    await ends(Code.Unimplemented, () => client.unimplementedCall({}));
  },
  async unimplemented_service({ other }) {
    await ends(Code.Unimplemented, () => other.unimplementedCall({}));
  },
  async cancellation_reaches_the_server({ client }) {
    const abort = new AbortController();
    await ends(Code.Canceled, () => sizes(client.streamingOutputCall(oneThenSleep, { signal: abort.signal }), () => abort.abort()));
  },
  async deadline_on_both_sides({ client }) {
    await ends(Code.DeadlineExceeded, () => sizes(client.streamingOutputCall(oneThenSleep, { timeoutMs: 2000 })));
  },
  async too_large_request({ client }) {
    await ends(Code.ResourceExhausted, () => client.unaryCall({ payload: zeros(5 << 20) }));
  },
  async trailers_of_an_error({ client }) {
    const responseStatus = { code: Code.NotFound, message: "no such façade: 100 %" };
    const options = { headers: { "x-grpc-test-echo-trailing-bin": "AAH/" } };
    const error = await ends(Code.NotFound, () => client.unaryCall({ responseStatus }, options), responseStatus.message);
    same(error.metadata.get("x-grpc-test-echo-trailing-bin"), "AAH/");
  },
  async hundred_at_once({ client }) {
    const wanted = Array.from({ length: 100 }, (_, i) => (i + 1) * 100);
    const all = await Promise.all(wanted.map((responseSize) => client.unaryCall({ responseSize })));
    same(all.map(({ payload }) => payload.body.length), wanted);
  },
};

/** Null, or what went wrong. */
window.run = async (name, baseUrl, descriptors) => {
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, Uint8Array.from(atob(descriptors), (each) => each.charCodeAt(0))));
  const transport = createGrpcWebTransport({ baseUrl });
  const of = (service) => createClient(registry.getService("grpc.testing." + service), transport);
  try {
    await cases[name]({ client: of("TestService"), other: of("UnimplementedService") });
    return null;
  } catch (error) {
    return String(error.stack);
  }
};
