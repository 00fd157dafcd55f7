/**
 * ESM-2 tokens of a protein: `<cls>`, one token per residue, `<eos>`. The alphabet is the same in every ESM-2.
 *
 * Residues are upper-case bytes. A byte that is not in the alphabet is `<unk>`. Ids are Uint16, as for nucleotides.
 */

/** Token ids of the alphabet's special tokens. */
export const ESM2 = { cls: 0, pad: 1, eos: 2, unk: 3 } as const;

/** Number of tokens, `<null_1>` (31) and `<mask>` (32) included. */
export const ESM2_VOCABULARY_SIZE = 33;

/** In the order of their ids, from 4 on. */
const RESIDUES = 'LAGVSERTIDPKQNFYMHWCXBUZO.-';
const FIRST_RESIDUE = 4;

/** Token id by byte, `[256]`. */
const ID_BY_BYTE = new Uint16Array(256).fill(ESM2.unk);
for (let i = 0; i < RESIDUES.length; i++) ID_BY_BYTE[RESIDUES.charCodeAt(i)] = FIRST_RESIDUE + i;

/** Number of tokens of a protein, `<cls>` and `<eos>` included. */
export function proteinTokens(residues: number): number {
  return residues + 2;
}

/**
 * Tokens of the protein `bytes[start..end)`.
 *
 * @param out receives the ids from `at` on; must have room for `proteinTokens(end - start)` of them
 * @returns the number of tokens written, `<cls>` and `<eos>` included
 */
export function encodeProtein(bytes: Uint8Array, start: number, end: number, out: Uint16Array, at: number): number {
  // A typed array drops what is written past its end without a word.
  if (out.length - at < proteinTokens(end - start)) throw new Error('no room for the tokens of a protein');
  let written = at;
  out[written++] = ESM2.cls;
  for (let i = start; i < end; i++) out[written++] = ID_BY_BYTE[bytes[i]!]!;
  out[written++] = ESM2.eos;
  return written - at;
}

/** Tokens of a protein given as text. */
export function encodeProteinText(protein: string): Uint16Array {
  const bytes = new TextEncoder().encode(protein);
  const out = new Uint16Array(proteinTokens(bytes.length));
  encodeProtein(bytes, 0, bytes.length, out, 0);
  return out;
}
