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

const rows = (count, size) => Array.from({ length: count }, (_, i) => ({
  source: `face/${i}`, latent: { values: [i / 10, ...Array(size - 1).fill(0.5)] }, attributeMask: BigInt(i % 4), provenance: 1 }));

const cases = {
  async generates({ faces }) {
    const pictures = await faces(2);
    same(
      pictures.map((p) => [p.seed, p.width, p.height, p.latent.values.length, String.fromCharCode(...p.data.subarray(1, 4))]),
      [0n, 1n].map((i) => [bigSeed + i, 64, 64, 128, "PNG"]));
    same((await faces(2)).map((p) => p.data), pictures.map((p) => p.data));
  },
  async names_bad_fields({ decoder, fails }) {
    const bad = { count: 0, temperature: 3, picture: { jpegQuality: 101 } };
    same(await fails(decoder.generate(bad)), ["InvalidArgument", "INVALID_REQUEST", ["picture.jpeg_quality", "count", "temperature"]]);
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
    same((await decoder.getModel({}, { headers })).latentSize, 128);
  },
  async calls_a_hundred_times_at_once({ decoder }) {
    const all = await Promise.all(Array.from({ length: 100 }, () => decoder.getModel({})));
    same([...new Set(all.map((each) => each.imageSize))], [64]);
  },
  async stores_and_finds({ store }) {
    same((await store.addLatents({ modelVersion: model, attributes: ["Smiling", "Eyeglasses"], latents: rows(250, 1024) })).added, 250);
    const match = await store.matchFeatures({ modelVersion: model, want: ["Smiling"], avoid: ["Eyeglasses"], seed: bigSeed });
    same([match.latent.attributes, match.seed, match.candidates], [["Smiling"], bigSeed, 63n]);
    same((await store.getLatent({ id: match.latent.id })).latent, match.latent);
    const found = [];
    let pageToken = "";
    do {
      const page = await store.searchNearest({ modelVersion: model, query: { values: Array(1024).fill(0) }, pageSize: 100, pageToken });
      found.push(...page.neighbours.map((each) => each.latent.source));
      pageToken = page.nextPageToken;
    } while (pageToken);
    same(found, Array.from({ length: 250 }, (_, i) => `face/${i}`));
  },
  async names_bad_fields_to_the_store({ store, fails }) {
    const latents = rows(2, 8);
    latents[1].latent.values[3] = Infinity;
    latents[1].provenance = 0;
    same(
      await fails(store.addLatents({ modelVersion: "contract-wrong@20260101-000000", attributes: ["A", "B"], latents })),
      ["InvalidArgument", "INVALID_REQUEST", ["latents[1].latent.values[3]", "latents[1].provenance"]]);
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
