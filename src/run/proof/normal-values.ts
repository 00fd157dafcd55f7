/**
 * Values for probes, drawn from a normal distribution with mean 0 and deviation 1, the same for the same seed. The
 * generator is mulberry32, the distribution by Box and Muller (1958). The last bits may differ between platforms: known values are
 * computed from the very numbers that the device gets.
 */

/** `[count]` */
export function normalValues(seed: number, count: number): Float32Array<ArrayBuffer> {
  const uniform = uniformValues(seed);
  const values = new Float32Array(count);
  for (let i = 0; i < count; i += 2) {
    // 1 - u is in (0, 1]: its logarithm is finite.
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    const angle = 2 * Math.PI * uniform();
    values[i] = radius * Math.cos(angle);
    // Dropped by the array where count is odd.
    values[i + 1] = radius * Math.sin(angle);
  }
  return values;
}

/** The nearest numbers that a float16 can hold. */
export function roundedToHalf(values: Float32Array): Float32Array<ArrayBuffer> {
  return new Float32Array(new Float16Array(values));
}

/** Numbers in [0, 1). */
function uniformValues(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
