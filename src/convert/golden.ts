/**
 * Golden numbers of a bundle: what a second, independent implementation - the float64 oracle - computes for a few
 * frames. A device is right when its numbers agree with these.
 *
 * The oracle is slow, so the frames are chosen by the size of the encoders: all lengths that occur for small ones, two
 * short frames (at most 64 tokens for each encoder together) for large ones.
 */

import type {
  ClassifierArchitecture,
  EncoderArchitecture,
  Esm2Architecture,
  MosaicBertArchitecture,
  Weights,
} from '../model/architecture.ts';
import type { Golden } from '../model/bundle/golden.ts';
import { classifierScores } from '../model/oracle/classifier.ts';
import { esm2Embed } from '../model/oracle/esm2.ts';
import { mosaicBertEmbed } from '../model/oracle/mosaicbert.ts';
import type { NucleotideTokenizer } from '../tokens/nucleotide.ts';
import { encodeProteinText, proteinTokens } from '../tokens/residues.ts';

export interface Head {
  /** Chunk length, nt. */
  readonly length: number;
  readonly weights: Weights<ClassifierArchitecture>;
}

/** Multiplications an import may spend on the full set: about ten seconds. */
const AFFORDABLE_MULTIPLICATIONS = 4e9;

/** A short frame: 24 nt and 8 residues; under 32 tokens for any tokenizer. */
const SHORT: readonly (readonly [nucleotides: number, residues: number])[] = [
  [24, 8],
  [24, 20],
];
/** Whole frames of both usual chunk lengths, short ones, one residue, and one with unknown characters. */
const FULL: readonly (readonly [nucleotides: number, residues: number])[] = [
  [499, 166],
  [300, 100],
  [61, 20],
  [4, 1],
];

export async function computeGolden(
  nucleotide: Weights<MosaicBertArchitecture>,
  protein: Weights<Esm2Architecture>,
  heads: readonly Head[],
  tokenizer: NucleotideTokenizer,
): Promise<Golden> {
  const parameters = Math.max(parameterCount(nucleotide.architecture), parameterCount(protein.architecture));
  const tokens = FULL.reduce((sum, [, residues]) => sum + proteinTokens(residues), 0);
  const lengths = parameters * tokens <= AFFORDABLE_MULTIPLICATIONS ? FULL : SHORT;
  const frames = lengths.map(([nucleotides, residues], i) => ({
    nucleotide: periodicText('ACGTTGCANATCGGAT', nucleotides, i),
    protein: periodicText('MKTAYIAKQRQISFVKSHFSRQLEERLGLIEVQWDNPCHG', residues, i),
  }));
  const nucleotideMeans = await mosaicBertEmbed(
    nucleotide,
    frames.map((frame) => tokenizer.encodeText(frame.nucleotide)),
  );
  const proteinMeans = await esm2Embed(
    protein,
    frames.map((frame) => encodeProteinText(frame.protein)),
  );
  const joined = nucleotideMeans.map((mean, i) => [...mean, ...proteinMeans[i]!]);
  const byHead = new Map<number, Float64Array[]>();
  for (const { length, weights } of heads) byHead.set(length, await classifierScores(weights, joined));
  return {
    reference: 'self',
    frames: frames.map((frame, i) => ({
      ...frame,
      nucleotide_embedding: [...nucleotideMeans[i]!],
      protein_embedding: [...proteinMeans[i]!],
      scores: Object.fromEntries(
        [...byHead].map(([length, scores]) => [String(length), [scores[i]![0]!, scores[i]![1]!] as const]),
      ),
    })),
  };
}

/** Multiplied weights of an encoder, one multiplication each per token. */
export function parameterCount({ kind, layers, width, feedForward }: EncoderArchitecture): number {
  const projections = kind === 'mosaicbert' ? 3 : 2;
  return layers * (4 * width * width + projections * width * feedForward);
}

/** Varied but reproducible text: `alphabet` read with a step that grows, from a place of its own for each frame. */
function periodicText(alphabet: string, length: number, frame: number): string {
  let text = '';
  for (let i = 0; i < length; i += 1) text += alphabet[(7 * frame + i + ((i * i) >> 3)) % alphabet.length]!;
  return text;
}
