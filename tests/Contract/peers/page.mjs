// Calls the real services over gRPC-Web with Connect in a browser: bundled into a page of another origin than theirs.
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { createFileRegistry, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";

const bigSeed = 2n ** 63n + 7n;
const model = "contract-browser@20260101-000000";

const same = (actual, expected) => {
  const text = (value) => JSON.stringify(value, (_, each) => typeof each === "bigint" ? `${each}` : each);
  if (text(actual) !== text(expected)) throw new Error(`${text(actual)} instead of ${text(expected)}`);
};

const cases = {
  async generates({ faces }) {
    const pictures = await faces(2);
    same(
      pictures.map((p) => [p.seed, p.width, p.height, p.latent.values.length, String.fromCharCode(...p.data.subarray(1, 4))]),
      [0n, 1n].map((i) => [bigSeed + i, 64, 64, 128, "PNG"]));
    same((await faces(2)).map((p) => p.data), pictures.map((p) => p.data));
  },
  async names_bad_fields({ decoder, fails }) {
    const bad = { count: 0, temperature: 3, picture: { quality: 101 } };
    same(await fails(decoder.generate(bad)), ["InvalidArgument", "INVALID_REQUEST", ["picture.quality", "count", "temperature"]]);
    const nan = { latents: [{ values: [...Array(127).fill(0), NaN] }] };
    same(await fails(decoder.decode(nan)), ["InvalidArgument", "INVALID_REQUEST", ["latents[0].values[127]"]]);
  },
  async finds_no_unknown_model({ decoder, fails }) {
    const asked = { modelVersion: "facemix-64@19990101-000000" };
    same(await fails(decoder.getModel(asked)), ["NotFound", "UNKNOWN_MODEL_VERSION", []]);
  },
  async reads_a_large_reply({ faces }) {
    same((await faces(64, { picture: { format: 3 } })).map((p) => p.data.length), Array(64).fill(64 * 64 * 3));
  },
  async is_refused_a_large_request({ decoder, fails }) {
    same((await fails(decoder.decode({ latents: [{ values: Array(1_200_000).fill(1) }] })))[0], "ResourceExhausted");
  },
  async meets_its_deadline({ decoder, faces, fails }) {
    same((await fails(decoder.generate({ count: 64 }, { timeoutMs: 1 })))[0], "DeadlineExceeded");
    same((await faces(1)).length, 1);
  },
  async cancels({ decoder, faces, fails }) {
    const abort = new AbortController();
    const call = decoder.generate({ count: 64 }, { signal: abort.signal });
    abort.abort();
    same((await fails(call))[0], "Canceled");
    same((await faces(1)).length, 1);
  },
  async sends_metadata({ decoder }) {
    const headers = { "x-some-bin": "AAH/", ...Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`x-${i}`, "x".repeat(300)])) };
    same((await decoder.getModel({}, { headers })).model.latentSize, 128);
  },
  async calls_a_hundred_times_at_once({ decoder }) {
    const all = await Promise.all(Array.from({ length: 100 }, () => decoder.getModel({})));
    same([...new Set(all.map((each) => each.model.imageSize))], [64]);
  },
  // Browsers cannot stream requests: the test stored the faces.
  async stores_and_finds({ store }) {
    const reply = await store.matchFeatures(
      { modelVersion: model, want: ["Smiling"], avoid: ["Eyeglasses"], seed: bigSeed, count: 2, dataset: "faces" });
    same([reply.matches.length, reply.seed, reply.candidates], [2, bigSeed, 63n]);
    const face = reply.matches[0].latent;
    same([face.attributes, face.dataset, face.modelVersion, face.latent.latentSpace], [["Smiling"], "faces", model, "e".repeat(64)]);
    same((await store.getLatent({ id: face.id })).latent, face);
    const query = { case: "latent", value: { values: Array(1024).fill(0) } };
    const found = await store.searchNearest({ modelVersion: model, query, k: 100, filter: { dataset: "faces" } });
    same(found.neighbours.map((each) => each.latent.source), Array.from({ length: 100 }, (_, i) => `face/${i}`));
  },
  async names_bad_fields_to_the_store({ store, fails }) {
    const query = { case: "latent", value: { values: [0, 0, 0, Infinity, ...Array(1020).fill(0)] } };
    same(await fails(store.searchNearest({ modelVersion: model, query, k: 101 })), ["InvalidArgument", "INVALID_REQUEST", ["k", "latent.values[3]"]]);
    same(await fails(store.getLatent({ id: 2n ** 62n })), ["NotFound", "LATENT_NOT_FOUND", []]);
  },
};

/** Null, or what went wrong. */
window.run = async (name, decoderUrl, storeUrl, descriptors) => {
  const bytes = Uint8Array.from(atob(descriptors), (each) => each.charCodeAt(0));
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, bytes));
  const client = (service, baseUrl) => createClient(registry.getService(service), createGrpcWebTransport({ baseUrl }));
  const decoder = client("facemix.decoder.v1.DecoderService", decoderUrl);
  const store = client("facemix.latents.v1.LatentStoreService", storeUrl);
  const faces = async (count, more) => (await decoder.generate({ count, seed: bigSeed, ...more })).pictures;

  /** The status of a call that must fail: code, reason, fields. */
  const fails = async (call) => {
    const error = ConnectError.from(await call.then(() => new Error("The call succeeded."), (error) => error));
    const [info] = error.findDetails(registry.getMessage("google.rpc.ErrorInfo"));
    const [bad] = error.findDetails(registry.getMessage("google.rpc.BadRequest"));
    if (info) same(info.domain, "facemix");
    return [Code[error.code], info?.reason ?? null, bad?.fieldViolations.map(({ field }) => field) ?? []];
  };
  try {
    await cases[name]({ decoder, store, faces, fails });
    return null;
  } catch (error) {
    return String(error.stack);
  }
};
