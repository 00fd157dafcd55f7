/**
 * The standard genetic code (NCBI table 1) as tables over bytes.
 *
 * A base is a number of three bits: T 0, C 1, A 2, G 3 in either case, every other byte 4. A codon is the nine bits of its
 * three bases, so a codon with any other character lands on an entry of its own and reads `DROPPED`.
 */

/** In the order of NCBI's table: first, second, third base each through T, C, A, G. */
const AMINO_ACIDS = 'FFLLSSSSYY**CC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG';
const BASES = 'TCAG';

/** What a codon with a character other than A C G T reads: no residue at all. */
export const DROPPED = 0;
export const STOP = 0x2a; // '*'

/** Byte -> number of its base. */
export const BASE_NUMBER: Uint8Array = new Uint8Array(256).fill(4);
/** Byte -> number of the complement of its base: reads the other strand without writing it. */
export const COMPLEMENT_NUMBER: Uint8Array = new Uint8Array(256).fill(4);

/** `first << 6 | second << 3 | third` -> ASCII letter of the residue, `STOP` or `DROPPED`. */
export const RESIDUE: Uint8Array = new Uint8Array(512).fill(DROPPED);

for (let n = 0; n < 4; n++) {
  for (const letter of [BASES[n]!, BASES[n]!.toLowerCase()]) {
    BASE_NUMBER[letter.charCodeAt(0)] = n;
    COMPLEMENT_NUMBER[letter.charCodeAt(0)] = n ^ 2; // T-A and C-G lie two apart
  }
}
for (let i = 0; i < 64; i++) {
  RESIDUE[((i >> 4) << 6) | (((i >> 2) & 3) << 3) | (i & 3)] = AMINO_ACIDS.charCodeAt(i);
}
