import { decoder, store } from "./api";
import type { Origin } from "./address";
import type { Picture } from "../generated/facemix/decoder/v1/decoder_pb";
import { PictureFormat, Provenance } from "../generated/facemix/common/v1/common_pb";
import type { LabelledLatent } from "../generated/facemix/latents/v1/latents_pb";

/** A decoded face and what it takes to ask for it again. */
export interface Face {
  bitmap: ImageBitmap;
  /** The picture as the decoder sent it. */
  png: Uint8Array;
  latent: number[];
  /** NAME@VERSION. */
  model: string;
  /** Starts from a photograph of a person. */
  photograph: boolean;
  origin: Origin;
}

export const asPng = { format: PictureFormat.PNG } as const;

/** What must stand beside a face. */
export function captionOf(...faces: Face[]): string {
  return faces.some((face) => face.photograph) ? "Edited photo" : "Not a real person";
}

export async function faceOf(picture: Picture, origin: Origin, photograph = false): Promise<Face> {
  const blob = new Blob([new Uint8Array(picture.data)], { type: "image/png" });
  return {
    bitmap: await createImageBitmap(blob), png: picture.data, latent: picture.latent?.values ?? [],
    model: picture.modelVersion, photograph, origin,
  };
}

/** Draws `count` faces from `seed` on; an empty model means the newest. */
export async function drawFaces(
  seed: bigint, count: number, temperature: number, model: string, signal?: AbortSignal): Promise<Face[]> {
  const request = { seed, count, temperature, modelVersion: model, picture: asPng };
  const reply = await decoder.generate(request, options(signal));
  return Promise.all(reply.pictures.map((picture, i) => faceOf(picture, {
    kind: "seed", seed: picture.seed ?? seed + BigInt(i), temperature, model: picture.modelVersion,
  })));
}

/** Decodes a stored latent with a model version of its latent space. */
export async function decodeStored(stored: LabelledLatent, signal?: AbortSignal): Promise<Face> {
  const request = {
    modelVersion: stored.modelVersion, latents: [{ values: stored.latent?.values ?? [] }], picture: asPng,
  };
  const reply = await decoder.decode(request, options(signal));
  const picture = reply.pictures[0];
  if (!picture) throw new Error("The decoder answered without a picture");
  // Anything that is not known to be synthetic is treated as a person's.
  const photograph = stored.latent?.provenance !== Provenance.SYNTHETIC;
  return faceOf(picture, photograph ? { kind: "private" } : { kind: "stored", id: stored.id }, photograph);
}

/** Finds again what a link names. */
export async function recallFace(origin: Origin, signal?: AbortSignal): Promise<Face | undefined> {
  if (origin.kind === "seed")
    return (await drawFaces(origin.seed, 1, origin.temperature, origin.model, signal))[0];
  if (origin.kind === "private") return undefined;
  const reply = await store.getLatent({ id: origin.id }, options(signal));
  return reply.latent && decodeStored(reply.latent, signal);
}

/** The pictures between two faces of one model, from A's to B's. */
export async function morph(a: Face, b: Face, weights: number[], signal?: AbortSignal): Promise<Face[]> {
  const request = {
    modelVersion: a.model, from: { values: a.latent }, to: { values: b.latent }, weights, picture: asPng,
  };
  const reply = await decoder.interpolate(request, options(signal));
  const photograph = a.photograph || b.photograph;
  return Promise.all(reply.pictures.map((picture) => faceOf(picture, { kind: "private" }, photograph)));
}

function options(signal: AbortSignal | undefined) {
  return signal ? { signal } : {};
}
