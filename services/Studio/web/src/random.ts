/** A seed that nobody has chosen: 32 bits, so that a link stays short. */
export function newSeed(): bigint {
  return BigInt(crypto.getRandomValues(new Uint32Array(1))[0]!);
}
