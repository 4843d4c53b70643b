// Calls the real services with @grpc/grpc-js: node client.mjs DECODER STORE ERRORS ROOT.
// ERRORS is a FileDescriptorSet with google.rpc. Each line of the input names a case; the line answered is null, or
// what went wrong, as JSON.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import readline from "node:readline";

const [decoderAddress, storeAddress, errors, root] = process.argv.slice(2);
const require = createRequire(root + "/package.json");
const grpc = require("@grpc/grpc-js");
const loader = require("@grpc/proto-loader");

const options = { includeDirs: [root + "/protos"], keepCase: true, longs: String, enums: String, defaults: true, oneofs: true };
const { facemix } = grpc.loadPackageDefinition(loader.loadSync(
  ["facemix/decoder/v1/decoder.proto", "facemix/latents/v1/latents.proto"], options));
const rpc = loader.loadFileDescriptorSetFromBuffer(readFileSync(errors), options);
const insecure = grpc.credentials.createInsecure();
const gzip = { "grpc.default_compression_algorithm": grpc.compressionAlgorithms.gzip };
const decoderOf = (channel) => new facemix.decoder.v1.DecoderService(decoderAddress, insecure, channel);
const storeOf = (channel) => new facemix.latents.v1.LatentStoreService(storeAddress, insecure, channel);
const [decoder, store] = [decoderOf(), storeOf()];
const soon = () => ({ deadline: Date.now() + 30_000 });
const bigSeed = 2n ** 63n + 7n;
const model = "contract-node@20260101-000000";

const call = (stub, method, request, { metadata = new grpc.Metadata(), deadline = soon(), started = () => {} } = {}) =>
  new Promise((resolve, reject) => started(stub[method](request, metadata, deadline, (error, reply) => error ? reject(error) : resolve(reply))));
const raw = (stub, path, bytes) => call({ raw: stub.makeUnaryRequest.bind(stub, path, (b) => b, (b) => b) }, "raw", bytes);

/** The status of a call that must fail: code, reason, fields. */
const fails = async (promise) => {
  const error = await promise.then(() => assert.fail("The call succeeded."), (error) => error);
  assert.ok(error.code, error.stack);
  const parse = (name, bytes) => rpc["google.rpc." + name].deserialize(bytes);
  const [details] = error.metadata.get("grpc-status-details-bin");
  let [reason, fields] = [null, []];
  for (const { type_url, value } of details ? parse("Status", details).details : []) {
    if (type_url.endsWith("ErrorInfo")) {
      const info = parse("ErrorInfo", value);
      assert.equal(info.domain, "facemix");
      reason = info.reason;
    }
    if (type_url.endsWith("BadRequest")) fields = parse("BadRequest", value).field_violations.map(({ field }) => field);
  }
  return [grpc.status[error.code], reason, fields];
};

const faces = async (count, more) => (await call(decoder, "Generate", { count, seed: `${bigSeed}`, ...more })).pictures;
const rows = (count, size) => Array.from({ length: count }, (_, i) => ({
  source: `face/${i}`, latent: { values: [i / 10, ...Array(size - 1).fill(0.5)] }, attribute_mask: i % 4, provenance: "PROVENANCE_SYNTHETIC" }));

const cases = {
  async generates() {
    const pictures = await faces(2);
    assert.deepEqual(
      pictures.map((p) => [p.seed, p.width, p.height, p.latent.values.length, p.data.subarray(1, 4).toString()]),
      [0n, 1n].map((i) => [`${bigSeed + i}`, 64, 64, 128, "PNG"]));
    assert.deepEqual((await faces(2)).map((p) => p.data), pictures.map((p) => p.data));
  },
  async names_bad_fields() {
    const bad = { count: 0, temperature: 3, picture: { jpeg_quality: 101 } };
    assert.deepEqual(await fails(call(decoder, "Generate", bad)), ["INVALID_ARGUMENT", "INVALID_REQUEST", ["picture.jpeg_quality", "count", "temperature"]]);
    const nan = { latents: [{ values: [...Array(127).fill(0), NaN] }] };
    assert.deepEqual(await fails(call(decoder, "Decode", nan)), ["INVALID_ARGUMENT", "INVALID_REQUEST", ["latents[0].values[127]"]]);
  },
  async finds_no_unknown_model() {
    const asked = { model_version: "facemix-64@19990101-000000" };
    assert.deepEqual(await fails(call(decoder, "GetModel", asked)), ["NOT_FOUND", "UNKNOWN_MODEL_VERSION", []]);
  },
  async reads_a_large_reply() {
    const pictures = await faces(64, { picture: { format: "PICTURE_FORMAT_RAW" } });
    assert.deepEqual(pictures.map((p) => p.data.length), Array(64).fill(64 * 64 * 3));
  },
  async is_refused_a_large_request() {
    const large = { latents: [{ values: Array(1_200_000).fill(1) }] };
    assert.equal((await fails(call(decoder, "Decode", large)))[0], "RESOURCE_EXHAUSTED");
  },
  async meets_its_deadline() {
    const [code] = await fails(call(decoder, "Generate", { count: 64 }, { deadline: { deadline: Date.now() + 1 } }));
    assert.equal(code, "DEADLINE_EXCEEDED");
    assert.equal((await faces(1)).length, 1);
  },
  async cancels() {
    const [code] = await fails(call(decoder, "Generate", { count: 64 }, { started: (running) => running.cancel() }));
    assert.equal(code, "CANCELLED");
    assert.equal((await faces(1)).length, 1);
  },
  async sends_metadata() {
    const metadata = new grpc.Metadata();
    metadata.set("x-some-bin", Buffer.from([...Array(256).keys()]));
    for (let i = 0; i < 20; i++) metadata.set(`x-${i}`, "x".repeat(300));
    assert.equal((await call(decoder, "GetModel", {}, { metadata })).latent_size, 128);
  },
  async calls_a_hundred_times_at_once() {
    const all = await Promise.all(Array.from({ length: 100 }, () => call(decoder, "GetModel", {})));
    assert.deepEqual([...new Set(all.map((each) => each.image_size))], [64]);
  },
  async knows_no_unknown_method() {
    for (const [stub, path] of [[decoder, "/facemix.decoder.v1.DecoderService/Nothing"], [store, "/facemix.latents.v2.LatentStoreService/GetLatent"]])
      assert.equal((await fails(raw(stub, path, Buffer.alloc(0))))[0], "UNIMPLEMENTED");
  },
  async asks_for_health() {
    for (const stub of [decoder, store]) {
      // grpc.health.v1: HealthCheckResponse.status is field 1, SERVING is 1.
      assert.deepEqual(await raw(stub, "/grpc.health.v1.Health/Check", Buffer.alloc(0)), Buffer.from([8, 1]));
      assert.equal((await fails(raw(stub, "/grpc.health.v1.Health/Check", Buffer.from("\x0a\x04none"))))[0], "NOT_FOUND");
    }
  },
  async reads_descriptors() {
    for (const [stub, service] of [[decoder, "facemix.decoder.v1.DecoderService"], [store, "facemix.latents.v1.LatentStoreService"]]) {
      const reflect = stub.makeBidiStreamRequest("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", (b) => b, (b) => b, soon());
      // ServerReflectionRequest: list_services is field 7, file_containing_symbol field 4.
      reflect.write(Buffer.from("\x3a\x00"));
      reflect.end(Buffer.from("\x22" + String.fromCharCode(service.length) + service));
      const [listed, described] = await reflect.toArray();
      assert.ok(listed.includes(service));
      assert.ok(described.includes("GetModelRequest") || described.includes("GetLatentRequest"));
    }
  },
  async sends_gzip() {
    const latents = Array(64).fill({ values: Array(128).fill(0.25) });
    assert.equal((await call(decoderOf(gzip), "Decode", { latents })).pictures.length, 64);
    const request = { model_version: "contract-gzip@20260101-000000", attributes: ["A", "B"], latents: rows(1000, 128) };
    const { added, replaced } = await call(storeOf(gzip), "AddLatents", request);
    assert.equal(added + replaced, 1000);
  },
  async stores_and_finds() {
    const request = { model_version: model, attributes: ["Smiling", "Eyeglasses"], latents: rows(250, 1024) };
    assert.equal((await call(store, "AddLatents", request)).added, 250);
    const match = await call(store, "MatchFeatures", { model_version: model, want: ["Smiling"], avoid: ["Eyeglasses"], seed: `${bigSeed}` });
    assert.deepEqual([match.latent.attributes, match.seed, match.candidates], [["Smiling"], `${bigSeed}`, "63"]);
    assert.deepEqual((await call(store, "GetLatent", { id: match.latent.id })).latent, match.latent);
    const found = [];
    let page_token = "";
    do {
      const page = await call(store, "SearchNearest", { model_version: model, query: { values: Array(1024).fill(0) }, page_size: 100, page_token });
      found.push(...page.neighbours.map((each) => each.latent.source));
      page_token = page.next_page_token;
    } while (page_token);
    assert.deepEqual(found, Array.from({ length: 250 }, (_, i) => `face/${i}`));
  },
  async names_bad_fields_to_the_store() {
    const latents = rows(2, 8);
    latents[1].latent.values[3] = Infinity;
    latents[1].provenance = "PROVENANCE_UNSPECIFIED";
    assert.deepEqual(
      await fails(call(store, "AddLatents", { model_version: "contract-wrong@20260101-000000", attributes: ["A", "B"], latents })),
      ["INVALID_ARGUMENT", "INVALID_REQUEST", ["latents[1].latent.values[3]", "latents[1].provenance"]]);
    assert.deepEqual(await fails(call(store, "GetLatent", { id: `${2n ** 62n}` })), ["NOT_FOUND", "LATENT_NOT_FOUND", []]);
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
