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
const space = "d".repeat(64);

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
  source: `face/${i}`, latent: { values: [i / 10, ...Array(size - 1).fill(0.5)], provenance: "PROVENANCE_SYNTHETIC" }, has: i % 4, known: 3 }));
const register = () => call(store, "RegisterModelVersion",
  { model_version: model, latent_space: space, latent_size: 1024, attributes: ["Smiling", "Eyeglasses"] });

/** Streams a header and messages of at most a hundred rows. */
const add = (stub, dataset, latents) => new Promise((resolve, reject) => {
  const stream = stub.AddLatents(new grpc.Metadata(), soon(), (error, reply) => error ? reject(error) : resolve(reply));
  stream.write({ header: { model_version: model, dataset, attributes: ["Smiling", "Eyeglasses"] } });
  for (let first = 0; first < latents.length; first += 100) stream.write({ rows: { latents: latents.slice(first, first + 100) } });
  stream.end();
});

const cases = {
  async generates() {
    const pictures = await faces(2);
    assert.deepEqual(
      pictures.map((p) => [p.seed, p.width, p.height, p.latent.values.length, p.data.subarray(1, 4).toString()]),
      [0n, 1n].map((i) => [`${bigSeed + i}`, 64, 64, 128, "PNG"]));
    assert.deepEqual((await faces(2)).map((p) => p.data), pictures.map((p) => p.data));
  },
  async names_bad_fields() {
    const bad = { count: 0, temperature: 3, picture: { quality: 101 } };
    assert.deepEqual(await fails(call(decoder, "Generate", bad)), ["INVALID_ARGUMENT", "INVALID_REQUEST", ["picture.quality", "count", "temperature"]]);
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
    assert.equal((await call(decoder, "GetModel", {}, { metadata })).model.latent_size, 128);
  },
  async calls_a_hundred_times_at_once() {
    const all = await Promise.all(Array.from({ length: 100 }, () => call(decoder, "GetModel", {})));
    assert.deepEqual([...new Set(all.map((each) => each.model.image_size))], [64]);
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
    await register();
    const { added, unchanged } = await add(storeOf(gzip), "gzip", rows(500, 1024));
    assert.equal(Number(added) + Number(unchanged), 500);
  },
  async stores_and_finds() {
    await register();
    assert.equal((await add(store, "faces", rows(250, 1024))).added, "250");
    assert.equal((await add(store, "faces", rows(250, 1024))).unchanged, "250");
    const reply = await call(store, "MatchFeatures",
      { model_version: model, want: ["Smiling"], avoid: ["Eyeglasses"], seed: `${bigSeed}`, count: 2, dataset: "faces" });
    assert.deepEqual([reply.matches.length, reply.seed, reply.candidates], [2, `${bigSeed}`, "63"]);
    const face = reply.matches[0].latent;
    assert.deepEqual([face.attributes, face.dataset, face.model_version, face.latent.latent_space], [["Smiling"], "faces", model, space]);
    assert.deepEqual((await call(store, "GetLatent", { id: face.id })).latent, face);
    const found = await call(store, "SearchNearest",
      { model_version: model, latent: { values: Array(1024).fill(0) }, k: 100, filter: { dataset: "faces" } });
    assert.deepEqual(found.neighbours.map((each) => each.latent.source), Array.from({ length: 100 }, (_, i) => `face/${i}`));
  },
  async names_bad_fields_to_the_store() {
    await register();
    const wrong = { values: [0, 0, 0, Infinity, ...Array(1020).fill(0)] };
    assert.deepEqual(
      await fails(call(store, "SearchNearest", { model_version: model, latent: wrong, k: 101 })),
      ["INVALID_ARGUMENT", "INVALID_REQUEST", ["k", "latent.values[3]"]]);
    assert.deepEqual(await fails(call(store, "GetLatent", { id: `${2n ** 62n}` })), ["NOT_FOUND", "LATENT_NOT_FOUND", []]);
    const latents = rows(3, 1024);
    latents[1].latent.values[3] = Infinity;
    const reply = await add(store, "partly wrong", latents);
    assert.deepEqual([reply.added, reply.refusals.map((each) => [each.row, each.source])], ["2", [["1", "face/1"]]]);
    await call(store, "DeleteLatents", { model_version: model, dataset: "partly wrong" });
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
