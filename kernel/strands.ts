/** Upper case and reverse complement of bases. Both write up to 15 bytes behind the end; the regions must not overlap. */

import { BASE, CASE, LOW_BITS } from './letters';

/** Low bits of a base -> its complement. */
const COMPLEMENT: v128 = i8x16(0, 0x54, 0, 0x47, 0x41, 0, 0, 0x43, 0, 0, 0, 0, 0, 0, 0, 0);

/** ASCII letters in upper case, every other byte as it is. */
function upper(x: v128): v128 {
  const isLower = i8x16.le_u(i8x16.sub(x, i8x16.splat(0x61)), i8x16.splat(25));
  return v128.xor(x, v128.and(isLower, CASE));
}

/** Writes the bases [at, at + length) in upper case to `to`. Reads up to 15 bytes behind the end. */
export function upperCase(at: usize, length: i32, to: usize): void {
  for (let i: usize = 0; i < <usize>length; i += 16) v128.store(to + i, upper(v128.load(at + i)));
}

/** A C G T become T G C A, the case stays as it was made: upper. Every other byte stays. */
function complement(x: v128): v128 {
  const low = v128.and(x, LOW_BITS);
  const isBase = i8x16.eq(i8x16.relaxed_swizzle(BASE, low), x);
  return v128.bitselect(i8x16.relaxed_swizzle(COMPLEMENT, low), x, isBase);
}

/**
 * Writes the upper-case reverse complement of the bases [at, at + length) to `to`; bytes other than A C G T are reversed
 * only. Goes through the bases from their end, so that what is too much is written behind the end. Reads up to 15 bytes
 * before `at`.
 */
export function reverseComplement(at: usize, length: i32, to: usize): void {
  const last = at + length - 16;
  for (let i: usize = 0; i < <usize>length; i += 16) {
    const x = complement(upper(v128.load(last - i)));
    v128.store(to + i, i8x16.shuffle(x, x, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0));
  }
}
