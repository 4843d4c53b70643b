// What a team would write instead of the Decoder: the same Decode of the same decoder.onnx by @grpc/grpc-js and onnxruntime-node.
//
//   node server.mjs PROTOS DECODER_ONNX LATENT_SIZE IMAGE_SIZE MAX_BATCH
//
// Requests that arrive while a run is busy share the next one, up to MAX_BATCH pictures. Prints its port; ends with its input.
import grpc from "@grpc/grpc-js";
import loader from "@grpc/proto-loader";
import ort from "onnxruntime-node";
import sharp from "sharp";

const [protos, network] = process.argv.slice(2);
const [latentSize, imageSize, maxBatch] = process.argv.slice(4).map(Number);
const pictureBytes = imageSize * imageSize * 3;

// As the Decoder: waiting threads that spin would take the processors from everything else.
const session = await ort.InferenceSession.create(network, { extra: { session: { intra_op: { allow_spinning: "0" } } } });
// Libuv's threads already encode several pictures at once.
sharp.concurrency(1);

const waiting = [];

function decode(latent) {
  return new Promise((resolve, reject) => {
    if (latent.values.length !== latentSize) throw new Error(`A latent has ${latent.values.length} numbers instead of ${latentSize}.`);
    waiting.push({ latent, resolve, reject });
    if (waiting.length === 1) setImmediate(run);
  });
}

async function run() {
  while (waiting.length > 0) {
    const batch = waiting.slice(0, maxBatch);
    try {
      const z = new Float32Array(batch.length * latentSize);
      batch.forEach(({ latent }, i) => z.set(latent.values, i * latentSize));
      const { image } = await session.run({ z: new ort.Tensor("float32", z, [batch.length, latentSize]) });
      batch.forEach(({ resolve }, i) => resolve(Buffer.from(image.data.buffer, image.data.byteOffset + i * pictureBytes, pictureBytes)));
    } catch (error) {
      batch.forEach(({ reject }) => reject(error));
    }
    waiting.splice(0, batch.length);
  }
}

async function picture(latent, format) {
  const pixels = await decode(latent);
  const data = format === "PICTURE_FORMAT_RAW"
    ? pixels
    : await sharp(pixels, { raw: { width: imageSize, height: imageSize, channels: 3 } }).png().toBuffer();
  return { format, width: imageSize, height: imageSize, data, latent };
}

const { facemix } = grpc.loadPackageDefinition(loader.loadSync("facemix/decoder/v1/decoder.proto", {
  includeDirs: [protos], keepCase: true, enums: String, longs: String, defaults: true,
}));
const server = new grpc.Server();
server.addService(facemix.decoder.v1.DecoderService.service, {
  decode({ request }, callback) {
    Promise.all(request.latents.map((latent) => picture(latent, request.picture.format)))
      .then((pictures) => callback(null, { pictures }), (error) => callback({ code: grpc.status.INTERNAL, message: error.message }));
  },
});
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  console.log(port);
});
process.stdin.on("end", () => process.exit()).resume();
