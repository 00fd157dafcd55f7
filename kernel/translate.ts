/**
 * The residues of one frame, sixteen codons at a time.
 *
 * 48 bases are three vectors; nine lookups sort them into the first, second and third bases of sixteen codons, three more
 * make each codon a number (16 first + 4 second + third, bases in the order T C A G of NCBI's table), and four lookups of
 * sixteen entries each give the residues. The reverse strand is never written for this: its bases are sorted in backward
 * order and numbered by their complement.
 *
 * A codon with any byte other than A C G T is dropped. Sixteen codons with such a byte are read one by one.
 *
 * Measured, ns per frame of 166 codons: 105 here; 450 to 650 with an N in each sixteen, which is the loop over codons.
 */

import { ALL_BUT_CASE, BASE, HEAD, LOW_BITS, REST } from './letters';

/** The standard genetic code, NCBI table 1: first, second, third base each through T, C, A, G. */
const AMINO_ACIDS: string = 'FFLLSSSSYY**CC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG';

/** Per direction (forward, then reverse): number of the codon -> residue, 64 bytes. */
const RESIDUES: usize = memory.data(2 * 64, 16);
/** Per direction: for base 0 1 2 of the codons, the lanes of vectors 0 1 2 of the block that hold it; 128 for none. */
const LANES: usize = memory.data(2 * 144, 16);
/** Low bits of a letter -> number of the base, times 16, 4 and 1. */
const NUMBER_16: v128 = i8x16(0, 32, 0, 16, 0, 0, 0, 48, 0, 0, 0, 0, 0, 0, 0, 0);
const NUMBER_4: v128 = i8x16(0, 8, 0, 4, 0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0);
const NUMBER_1: v128 = i8x16(0, 2, 0, 1, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0);
/** Byte -> number of the base in either case, 4 for all other bytes. */
const NUMBERS: usize = memory.data(256, 16);

for (let codon = 0; codon < 64; codon++) {
  const residue = <u8>AMINO_ACIDS.charCodeAt(codon);
  store<u8>(RESIDUES + codon, residue);
  // The complement of a base is the one two further: T A, C G. All three numbers change by 2, the codon's by 42.
  store<u8>(RESIDUES + 64 + (codon ^ 42), residue);
}
for (let vector = 0; vector < 3; vector++) {
  for (let base = 0; base < 3; base++) {
    for (let codon = 0; codon < 16; codon++) {
      const lane = 3 * codon + base - 16 * vector;
      const place = LANES + 16 * (3 * base + vector) + codon;
      store<u8>(place, lane >= 0 && lane < 16 ? lane : 128);
      const mirrored = 47 - 3 * codon - base - 16 * vector;
      store<u8>(place + 144, mirrored >= 0 && mirrored < 16 ? mirrored : 128);
    }
  }
}
memory.fill(NUMBERS, 4, 256);
for (let number = 0; number < 4; number++) {
  const letter = <usize>'TCAG'.charCodeAt(number);
  store<u8>(NUMBERS + letter, number);
  store<u8>(NUMBERS + letter + 32, number);
}

/** Base `base` of the sixteen codons of a block, given the low bits of its three vectors. */
function pick(lanes: usize, base: usize, a: v128, b: v128, c: v128): v128 {
  return v128.or(
    v128.or(
      i8x16.relaxed_swizzle(a, v128.load(lanes + 48 * base)),
      i8x16.relaxed_swizzle(b, v128.load(lanes + 48 * base, 16)),
    ),
    i8x16.relaxed_swizzle(c, v128.load(lanes + 48 * base, 32)),
  );
}

/** The residues of the sixteen codons of a block of bases, all of them A C G T. */
function residuesOf(a: v128, b: v128, c: v128, lanes: usize, residues: usize): v128 {
  const codon = v128.or(
    v128.or(
      i8x16.relaxed_swizzle(NUMBER_16, pick(lanes, 0, a, b, c)),
      i8x16.relaxed_swizzle(NUMBER_4, pick(lanes, 1, a, b, c)),
    ),
    i8x16.relaxed_swizzle(NUMBER_1, pick(lanes, 2, a, b, c)),
  );
  // Here indices do reach beyond the table: the plain lookup gives 0 for them.
  return v128.or(
    v128.or(
      i8x16.swizzle(v128.load(residues), codon),
      i8x16.swizzle(v128.load(residues, 16), i8x16.sub(codon, i8x16.splat(16))),
    ),
    v128.or(
      i8x16.swizzle(v128.load(residues, 32), i8x16.sub(codon, i8x16.splat(32))),
      i8x16.swizzle(v128.load(residues, 48), i8x16.sub(codon, i8x16.splat(48))),
    ),
  );
}

/** Zero, but for the bit of the case, where a byte is A C G T. */
function strange(x: v128, low: v128): v128 {
  return v128.xor(x, i8x16.relaxed_swizzle(BASE, low));
}

/**
 * Writes the residues of a frame (0 to 5: F1 F2 F3 R1 R2 R3) of the bases [at, at + length), in any case, to `to`; codons
 * with a letter other than A C G T are left out. Returns how many there are. Reads up to 48 bytes before `at` and behind
 * the end, writes up to 15 behind the last residue.
 */
export function translate(at: usize, length: i32, frame: i32, to: usize): i32 {
  const forward = frame < 3;
  const offset = forward ? frame : frame - 3;
  let codons = length > offset ? (length - offset) / 3 : 0;
  const lanes = forward ? LANES : LANES + 144;
  const residues = forward ? RESIDUES : RESIDUES + 64;
  const step: isize = forward ? 48 : -48;
  let block = forward ? at + offset : at + length - offset - 48;
  let next = to;
  while (codons > 0) {
    const a = v128.load(block);
    const b = v128.load(block, 16);
    const c = v128.load(block, 32);
    const lowA = v128.and(a, LOW_BITS);
    const lowB = v128.and(b, LOW_BITS);
    const lowC = v128.and(c, LOW_BITS);
    const taken = min(codons, 16);
    const mask = forward ? HEAD - 3 * taken : REST + 3 * taken;
    const bad = v128.or(
      v128.or(v128.and(v128.load(mask), strange(a, lowA)), v128.and(v128.load(mask, 16), strange(b, lowB))),
      v128.and(v128.load(mask, 32), strange(c, lowC)),
    );
    if (v128.any_true(v128.and(bad, ALL_BUT_CASE))) {
      next = oneByOne(block, taken, forward, residues, next);
    } else {
      v128.store(next, residuesOf(lowA, lowB, lowC, lanes, residues));
      next += taken;
    }
    codons -= taken;
    block += step;
  }
  return <i32>(next - to);
}

/** The same for the first (forward) or last `count` codons of a block with other letters; returns where the next goes. */
function oneByOne(block: usize, count: i32, forward: bool, residues: usize, to: usize): usize {
  let p = forward ? block : block + 45;
  for (let i = 0; i < count; i++) {
    const a = load<u8>(NUMBERS + load<u8>(p));
    const b = load<u8>(NUMBERS + load<u8>(p, 1));
    const c = load<u8>(NUMBERS + load<u8>(p, 2));
    if (((a | b | c) & 4) === 0) {
      const codon = forward ? (a << 4) | (b << 2) | c : (c << 4) | (b << 2) | a;
      store<u8>(to++, load<u8>(residues + codon));
    }
    p += forward ? 3 : -3;
  }
  return to;
}
