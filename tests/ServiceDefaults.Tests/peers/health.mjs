// Asks the health service with @grpc/grpc-js: node health.mjs ROOT PROTO HOST:PORT check|watch SERVICE; prints a line for each state or status.
import { createRequire } from "node:module";

const [root, proto, address, what, service] = process.argv.slice(2);
const require = createRequire(root + "/package.json");
const grpc = require("@grpc/grpc-js");
const definition = require("@grpc/proto-loader").loadSync(proto, { enums: String, defaults: true });
const { Health } = grpc.loadPackageDefinition(definition).grpc.health.v1;
const client = new Health(address, grpc.credentials.createInsecure());

if (what === "check") {
  client.Check({ service }, (error, response) => {
    console.log(error ? `code ${error.code}` : response.status);
    client.close();
  });
} else {
  const call = client.Watch({ service });
  call.on("data", ({ status }) => console.log(status));
  call.on("error", () => {});
  call.on("status", ({ code }) => {
    console.log(`code ${code}`);
    client.close();
  });
}
