/**
 * ALiBi head slopes as the published MosaicBERT code has them (Press et al. 2022, "Train Short, Test Long").
 *
 * The bias of head h between tokens i and j is `-slope[h] * |i - j|`, added to the scaled scores before softmax.
 */

/**
 * Slopes of all heads, `[heads]` float32, without unit.
 *
 * For a power of two n: 2^(-8/n), 2^(-16/n) ... 2^-8. Otherwise those of the largest power of two p below n, followed
 * by every second one of 2p (the 1st, 3rd, 5th ...) until there are n.
 * Rounded to float32 because the published code builds its bias from a float32 tensor.
 */
export function alibiSlopes(heads: number): Float32Array {
  if (!Number.isSafeInteger(heads) || heads < 1) throw new Error(`a head count of ${heads} has no ALiBi slopes`);
  const power = 2 ** Math.floor(Math.log2(heads));
  const slopes = new Float32Array(heads);
  for (let h = 0; h < power; h++) slopes[h] = 2 ** ((-8 * (h + 1)) / power);
  for (let h = power; h < heads; h++) slopes[h] = 2 ** ((-8 * (2 * (h - power) + 1)) / (2 * power));
  return slopes;
}
