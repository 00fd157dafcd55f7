/** The first place of a byte. */

/** First position of `byte` in [from, end), or `end`. Reads up to 63 bytes behind the end. */
export function findByte(from: usize, end: usize, byte: i32): usize {
  const wanted = i8x16.splat(<i8>byte);
  let p = from;
  while (p < end) {
    const a = i8x16.eq(v128.load(p), wanted);
    const b = i8x16.eq(v128.load(p, 16), wanted);
    const c = i8x16.eq(v128.load(p, 32), wanted);
    const d = i8x16.eq(v128.load(p, 48), wanted);
    if (v128.any_true(v128.or(v128.or(a, b), v128.or(c, d)))) {
      const low = <u64>(i8x16.bitmask(a) | (i8x16.bitmask(b) << 16));
      const high = <u64>(i8x16.bitmask(c) | (i8x16.bitmask(d) << 16));
      return min(end, p + <usize>ctz(<u64>(<u32>low) | (high << 32)));
    }
    p += 64;
  }
  return end;
}
