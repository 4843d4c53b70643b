// What both programs in JavaScript share: node SCRIPT ROOT ...
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const require = createRequire(process.argv[2] + "/package.json");

export const grpc = require("@grpc/grpc-js");
export const { EchoService } = grpc.loadPackageDefinition(
  require("@grpc/proto-loader").loadSync(fileURLToPath(new URL("../echo.proto", import.meta.url)), { keepCase: true }),
).facemix.benchmarks.v1;
