/**
 * Inverse frequencies of rotary position embeddings, for checkpoints that do not store them.
 *
 * Position p turns the pair (i, i + d/2) of a head of size d by the angle `p * inverse[i]`, in radians.
 */

const BASE = 10_000;

/**
 * `1 / (10000^(2i/d))` for i in [0, d/2): `[headSize / 2]` float32, radians per position.
 *
 * Every step is rounded to float32, as torch computes it: half of the values are then one unit off the rounded exact
 * ones, and ESM-2 was trained and published with these.
 */
export function rotaryInverseFrequencies(headSize: number): Float32Array {
  if (!Number.isSafeInteger(headSize) || headSize < 2 || headSize % 2 !== 0) {
    throw new Error(`a head of size ${headSize} cannot be turned in pairs`);
  }
  const round = Math.fround;
  return Float32Array.from({ length: headSize / 2 }, (_, i) => 1 / round(BASE ** round((2 * i) / headSize)));
}
