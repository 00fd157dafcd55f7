/**
 * Upper case and reverse complement of bases, as bytes.
 *
 * A, C, G and T are complemented; every other byte (N, IUPAC code, gap) stays as it is: the published method does so, and
 * frames, which drop codons with such bytes, would not see a difference in their proteins.
 */

/** Byte -> byte: ASCII letters in upper case. */
export const UPPER: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x61 && byte <= 0x7a ? byte - 0x20 : byte,
);

/** Byte -> byte: the complement of the upper-cased byte. */
export const COMPLEMENT: Uint8Array = UPPER.slice();
for (const [base, partner] of ['AT', 'TA', 'CG', 'GC'] as const) {
  for (const letter of [base, base.toLowerCase()]) COMPLEMENT[letter.charCodeAt(0)] = partner.charCodeAt(0);
}

/** Writes `source[start, end)` in upper case to the head of `target`. */
export function upperCase(source: Uint8Array, start: number, end: number, target: Uint8Array): void {
  for (let p = start, t = 0; p < end; p++, t++) target[t] = UPPER[source[p]!]!;
}

/** Writes the upper-case reverse complement of `source[start, end)` to the head of `target`, which must not overlap it. */
export function reverseComplement(source: Uint8Array, start: number, end: number, target: Uint8Array): void {
  for (let p = end - 1, t = 0; p >= start; p--, t++) target[t] = COMPLEMENT[source[p]!]!;
}
