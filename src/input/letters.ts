/** What the bytes of a FASTA file are to its reader. */

export const LF = 0x0a;
export const CR = 0x0d;
export const TAB = 0x09;
export const SPACE = 0x20;
export const GREATER = 0x3e; // '>'
export const AT = 0x40; // '@'
export const TILDE = 0x7e; // the last printable character of ASCII
export const UPPER_U = 0x55;
export const LOWER_U = 0x75;

const T_MINUS_U = -1;

/** U -> T and u -> t. */
export function thymine(uracil: number): number {
  return uracil + T_MINUS_U;
}

/** 1 for the bytes skipped within sequence lines: space, tab, CR, VT, FF. LF ends the line. */
export const BLANK: Uint8Array = new Uint8Array(256);
for (const byte of [SPACE, TAB, CR, 0x0b, 0x0c]) BLANK[byte] = 1;

/**
 * 1 for the letters that are taken over as they are: IUPAC nucleotide codes in either case, and the gaps `-` and `.`.
 * U is one of the codes but not here, because it is rewritten. Whatever is neither here, nor U, nor blank is taken over too
 * and counted as foreign: `*`, `?`, `X`, digits, NUL, and every byte of a character outside ASCII.
 */
export const PLAIN: Uint8Array = new Uint8Array(256);
for (const letter of 'ACGTRYSWKMBDHVNacgtryswkmbdhvn-.') PLAIN[letter.charCodeAt(0)] = 1;
