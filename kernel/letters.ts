/**
 * How bytes are told apart sixteen at a time.
 *
 * The low four bits of an ASCII letter are the same in either case and differ between A, C, G, T and N: 1, 3, 7, 4, 14. A
 * table of sixteen bytes is looked up with them by one instruction (`swizzle`), and `known` says afterwards whether the
 * bytes were these letters at all, because other bytes share their low bits.
 *
 * All indices are below 16 (or at least 128, where zero is wanted), for which `relaxed_swizzle` is exactly defined. It is
 * one instruction on every machine; the plain `swizzle` is two on x86, which made the stop scan a quarter slower.
 */

/** Keeps the low four bits. */
export const LOW_BITS: v128 = i8x16.splat(15);

/** Low bits -> the letter that they stand for, in upper case; where there is none, a byte with other low bits. */
export const LETTER: v128 = i8x16(-1, 0x41, 0, 0x43, 0x54, 0, 0, 0x47, 0, 0, 0, 0, 0, 0, 0x4e, 0);
/** The same for A C G T alone. */
export const BASE: v128 = i8x16(-1, 0x41, 0, 0x43, 0x54, 0, 0, 0x47, 0, 0, 0, 0, 0, 0, 0, 0);

/** What may differ between a byte and its letter: the bit of the case. */
export const ALL_BUT_CASE: v128 = i8x16.splat(<i8>0xdf);

export const UPPER_A: u8 = 0x41;
export const UPPER_C: u8 = 0x43;
export const UPPER_G: u8 = 0x47;
export const UPPER_T: u8 = 0x54;
export const LOWER_U: u8 = 0x75;
export const LINE_FEED: u8 = 0x0a;
export const RETURN: u8 = 0x0d;
export const SPACE: u8 = 0x20;
export const TAB: u8 = 0x09;
export const GREATER: u8 = 0x3e;

/** The bit that lower case has and upper case has not. */
export const CASE: v128 = i8x16.splat(0x20);

/** 48 zeros, 48 bytes of all ones, 48 zeros. */
const EDGES: usize = memory.data(144, 16);
memory.fill(EDGES + 48, 0xff, 48);
/** At `HEAD - n`, n in 0..48, begins a mask of 48 bytes that keeps the first n of them. */
export const HEAD: usize = EDGES + 96;
/** At `REST + n`, n in 0..48, begins one that keeps the last n. */
export const REST: usize = EDGES;
