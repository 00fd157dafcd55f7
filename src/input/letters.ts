/** What the bytes of a FASTA or FASTQ file are to their readers. */

export const LF = 0x0a;
export const CR = 0x0d;
export const TAB = 0x09;
export const SPACE = 0x20;
export const PLUS = 0x2b; // '+'
export const GREATER = 0x3e; // '>'
export const AT = 0x40; // '@'
export const TILDE = 0x7e; // the last printable character of ASCII

/** The first byte of U+FEFF in UTF-8, which some programs put at the head of a file. */
export const MARK = 0xef;
/** Bytes of U+FEFF in UTF-8. */
export const MARK_BYTES = 3;

/** `bytes[at, end)` begins with U+FEFF. */
export function hasMark(bytes: Uint8Array, at: number, end: number): boolean {
  return at + MARK_BYTES <= end && bytes[at] === MARK && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf;
}

/** 1 for the bytes skipped within sequence lines: space, tab, CR, VT, FF. LF ends the line. */
export const BLANK: Uint8Array = new Uint8Array(256);
for (const byte of [SPACE, TAB, CR, 0x0b, 0x0c]) BLANK[byte] = 1;

/**
 * The letters that are taken over as they are: IUPAC nucleotide codes in either case, and the gaps `-` and `.`. U is one of
 * the codes but not here, because it is rewritten to T. Whatever is neither here, nor U, nor blank is taken over too and
 * counted as foreign: `*`, `?`, `X`, digits, NUL, and every byte of a character outside ASCII.
 */
export const PLAIN_LETTERS = 'ACGTRYSWKMBDHVNacgtryswkmbdhvn-.';
