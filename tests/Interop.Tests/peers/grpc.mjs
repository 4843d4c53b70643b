// What the client and the server of @grpc/grpc-js share: node SCRIPT ROOT PROTOS ...
import { createRequire } from "node:module";

const [root, protos] = process.argv.slice(2);
const require = createRequire(root + "/package.json");

export const grpc = require("@grpc/grpc-js");
export const http2 = require("node:http2");
export const testing = grpc.loadPackageDefinition(
  require("@grpc/proto-loader").loadSync("test.proto", { includeDirs: [protos], keepCase: true, longs: Number, defaults: true }),
).grpc.testing;
export const zeros = (size) => ({ body: Buffer.alloc(size) });
