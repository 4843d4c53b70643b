// Calls the test server with @grpc/grpc-js: node call.mjs ROOT PROTO HOST:PORT SCENARIO; prints JSON.
import { createRequire } from "node:module";

const [root, proto, address, scenario] = process.argv.slice(2);
const require = createRequire(root + "/package.json");
const grpc = require("@grpc/grpc-js");
const definition = require("@grpc/proto-loader").loadSync(proto, { keepCase: true, longs: Number, defaults: true });
const { EchoService } = grpc.loadPackageDefinition(definition).facemix.tests.v1;
const client = new EchoService(address, grpc.credentials.createInsecure());

const unary = (request, metadata = new grpc.Metadata(), options = {}) =>
  new Promise((resolve) => {
    const seen = {};
    const call = client.Say(request, metadata, options, (error, response) => {
      seen.code = error?.code ?? 0;
      seen.details = error?.details ?? "";
      seen.text = response?.text;
      seen.size = response?.payload.length;
      seen.serverSaw = response?.metadata;
    });
    call.on("metadata", (headers) => {
      seen.headers = headers.getMap();
      if (options.cancelsOnHeaders) call.cancel();
    });
    call.on("status", (status) => {
      seen.trailers = Object.fromEntries(Object.entries(status.metadata.toJSON()).map(([key, values]) =>
        [key, values.map((value) => (Buffer.isBuffer(value) ? value.toString("hex") : value)).join()]));
      setImmediate(() => resolve(seen));
    });
  });

const scenarios = {
  unary: () => {
    const metadata = new grpc.Metadata();
    metadata.set("wants-header", "yes");
    metadata.set("raw-bin", Buffer.from([1, 2, 254]));
    return unary({ text: "héllo", payload_size: 200000 }, metadata);
  },
  status: () => unary({ status: 5, text: "no such façade: 100 %" }),
  unexpected: () => unary({ fails: true }),
  deadline: () => unary({ wait_ms: 30000 }, new grpc.Metadata(), { deadline: Date.now() + 1000 }),
  cancellation: () => {
    const metadata = new grpc.Metadata();
    metadata.set("wants-header", "yes");
    return unary({ wait_ms: 30000 }, metadata, { cancelsOnHeaders: true });
  },
  size: () => unary({ payload: Buffer.alloc(5 * 1024 * 1024) }),
  gzip: () => {
    const metadata = new grpc.Metadata();
    return new Promise((resolve) => {
      const compressing = new EchoService(address, grpc.credentials.createInsecure(), { "grpc.default_compression_algorithm": 2 });
      compressing.Say({ text: "a".repeat(100000) }, metadata, (error, response) =>
        resolve({ code: error?.code ?? 0, size: response?.text.length }));
    });
  },
  unimplemented: () =>
    new Promise((resolve) => client.Forget({}, (error) => resolve({ code: error?.code ?? 0 }))),
  stream: () =>
    new Promise((resolve) => {
      const numbers = [];
      const call = client.Count({ to: 500, fails_after: 300 });
      call.on("data", (response) => numbers.push(response.number));
      call.on("error", () => {});
      call.on("status", (status) => resolve({ code: status.code, details: status.details, count: numbers.length, last: numbers.at(-1) }));
    }),
  collect: () =>
    new Promise((resolve) => {
      const call = client.Collect((error, response) => resolve({ code: error?.code ?? 0, sum: response?.sum }));
      for (let i = 1; i <= 100; i++) call.write({ number: i });
      call.end();
    }),
  chat: () =>
    new Promise((resolve) => {
      const texts = [];
      const call = client.Chat();
      call.on("data", ({ text }) => {
        texts.push(text);
        if (texts.length < 3) call.write({ text: "b" + texts.length });
        else call.end();
      });
      call.on("status", (status) => resolve({ code: status.code, text: texts.join() }));
      call.write({ text: "a" });
    }),
};

// A deadline that passes while connecting would never reach the server.
await new Promise((resolve, reject) => client.waitForReady(Date.now() + 30000, (error) => (error ? reject(error) : resolve())));
console.log(JSON.stringify(await scenarios[scenario]()));
process.exit(0);
