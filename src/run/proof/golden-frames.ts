/** The golden sequences of a bundle as frames with known numbers, and their tokens. */

import { join } from 'node:path';
import { parseGolden } from '../../model/bundle/golden.ts';
import type { EncoderName } from '../../model/bundle/manifest.ts';
import type { Bundle } from '../../model/bundle/open.ts';
import { NucleotideTokenizer } from '../../tokens/nucleotide.ts';
import { encodeProteinText } from '../../tokens/residues.ts';
import type { KnownFrame } from '../verify.ts';

/** What is needed of an open bundle. */
export type BundleFolder = Pick<Bundle, 'folder' | 'manifest'>;

/** @throws UserError where the file is damaged */
export async function goldenFrames({ folder, manifest }: BundleFolder): Promise<readonly KnownFrame[]> {
  const file = join(folder, manifest.golden);
  return parseGolden(await jsonOrNothing(file), file).frames.map((frame) => ({
    nucleotide: frame.nucleotide,
    protein: frame.protein,
    embeddings: { nucleotide: frame.nucleotide_embedding, protein: frame.protein_embedding },
    scores: frame.scores,
  }));
}

/** @throws UserError where the file is damaged */
export async function bundleTokenizer({ folder, manifest }: BundleFolder): Promise<NucleotideTokenizer> {
  const file = join(folder, manifest.tokenizer);
  return NucleotideTokenizer.parse(await jsonOrNothing(file), file);
}

/** Token ids of the frame with the most tokens, for each encoder. */
export function longestRows(
  frames: readonly KnownFrame[],
  tokenizer: NucleotideTokenizer,
): Readonly<Record<EncoderName, Int32Array>> {
  const longest = (rows: readonly ArrayLike<number>[]) =>
    Int32Array.from(rows.reduce((most, row) => (row.length > most.length ? row : most)));
  return {
    nucleotide: longest(frames.map(({ nucleotide }) => tokenizer.encodeText(nucleotide))),
    protein: longest(frames.map(({ protein }) => encodeProteinText(protein))),
  };
}

/** Undefined for what is no JSON: the parsers of the contents refuse that with the file's name. */
function jsonOrNothing(file: string): Promise<unknown> {
  return Bun.file(file)
    .json()
    .catch(() => undefined);
}
