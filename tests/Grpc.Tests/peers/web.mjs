// Calls the test server over gRPC-Web with Connect, as a page does: node web.mjs ROOT URL SCENARIO DESCRIPTORS; prints JSON.
import { createRequire } from "node:module";

const [root, baseUrl, scenario] = process.argv.slice(2);
const require = createRequire(root + "/package.json");
const { createClient, ConnectError } = require("@connectrpc/connect");
const { createGrpcWebTransport } = require("@connectrpc/connect-web");
const { createFileRegistry, fromBinary } = require("@bufbuild/protobuf");
const { FileDescriptorSetSchema } = require("@bufbuild/protobuf/wkt");
const fs = require("node:fs");

const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, fs.readFileSync(process.argv[5])));
const client = createClient(registry.getService("facemix.tests.v1.EchoService"), createGrpcWebTransport({ baseUrl }));

const ended = (error) => {
  const { code, rawMessage, metadata } = ConnectError.from(error);
  return { code, details: rawMessage, trailers: Object.fromEntries(metadata) };
};

const scenarios = {
  unary: async () => {
    let trailers;
    const response = await client.say({ text: "héllo", payloadSize: 200000 }, { onTrailer: (all) => (trailers = Object.fromEntries(all)) });
    return { code: 0, text: response.text, size: response.payload.length, trailers };
  },
  status: () => client.say({ status: 5, text: "no such façade" }).then(() => ({ code: 0 }), ended),
  stream: async () => {
    const numbers = [];
    try {
      for await (const { number } of client.count({ to: 500, failsAfter: 300 })) numbers.push(number);
    } catch (error) {
      return { ...ended(error), count: numbers.length };
    }
    return { code: 0 };
  },
};

console.log(JSON.stringify(await scenarios[scenario]()));
