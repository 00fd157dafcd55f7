/**
 * Has a device compute frames whose numbers are known, and says how far it is from them. The frames and numbers are those of
 * the bundle itself (golden.json) or of the original tool (published); what is done with them is the same.
 */

import type { Session } from '../device/backend.ts';
import type { EncoderName } from '../model/bundle/manifest.ts';
import type { Precision } from '../model/graph/weight-sink.ts';
import type { NucleotideTokenizer } from '../tokens/nucleotide.ts';
import { encodeProteinText } from '../tokens/residues.ts';

/** What the encoders are given. The texts need not translate into each other. */
export interface FrameTexts {
  readonly nucleotide: string;
  readonly protein: string;
}

export interface KnownFrame extends FrameTexts {
  /** Mean embeddings, `[width]`. */
  readonly embeddings: Readonly<Record<EncoderName, readonly number[]>>;
  /** [P(others), P(virus)] by chunk length of the head. */
  readonly scores: Readonly<Record<string, readonly [number, number]>>;
}

/** Largest differences that pass. */
export interface Tolerance {
  /** Of a value, relative to the largest known value where that is above 1. */
  readonly value: number;
  /** Smallest cosine. */
  readonly cosine: number;
  /** Of a score. */
  readonly score: number;
}

/**
 * fp32: the method's tolerance against the reference implementation. fp16: weights with 11 bits move embeddings by some
 * thousandths, which the method allows where labels agree.
 */
export const TOLERANCES: Readonly<Record<Precision, Tolerance>> = {
  fp32: { value: 1e-5, cosine: 0.999999, score: 2e-5 },
  fp16: { value: 5e-2, cosine: 0.999, score: 5e-3 },
};

/** Two labels may differ where the known scores are closer to each other than this. */
const UNDECIDED = 1e-4;

export interface EncoderCheck {
  /** Largest |difference| of a value. */
  readonly max_diff: number;
  /** What it may be. */
  readonly allowed_diff: number;
  /** Smallest over the frames; undefined where not all values are known. */
  readonly cosine?: number;
  /** Largest relative difference of a norm, where norms are known instead. */
  readonly norm_diff?: number;
  readonly verdict: 'pass' | 'fail';
}

export interface ScoreCheck {
  readonly max_diff: number;
  readonly allowed_diff: number;
  /** Frames whose label is another one, though the known scores are clear. */
  readonly labels_differ: number;
  readonly verdict: 'pass' | 'fail';
}

/** Mean embeddings of each frame. */
export type FrameEmbeddings = Readonly<Record<EncoderName, readonly Float32Array<ArrayBuffer>[]>>;

/** One frame at a time, as the reference numbers were made. */
export async function embedFrames(
  frames: readonly FrameTexts[],
  session: Session,
  tokenizer: NucleotideTokenizer,
): Promise<FrameEmbeddings> {
  const encode = async (encoder: EncoderName, ids: ArrayLike<number>): Promise<Float32Array<ArrayBuffer>> => {
    const tokens = Int32Array.from(ids);
    return (await session.encode({ encoder, rows: 1, length: tokens.length, tokens })).embeddings;
  };
  const found = { nucleotide: [] as Float32Array<ArrayBuffer>[], protein: [] as Float32Array<ArrayBuffer>[] };
  for (const frame of frames) {
    found.nucleotide.push(await encode('nucleotide', tokenizer.encodeText(frame.nucleotide)));
    found.protein.push(await encode('protein', encodeProteinText(frame.protein)));
  }
  return found;
}

/** Against all values of an independent computation. */
export function checkEncoder(
  encoder: EncoderName,
  frames: readonly KnownFrame[],
  found: readonly Float32Array[],
  tolerance: Tolerance,
): EncoderCheck {
  let maxDiff = 0;
  let cosine = 1;
  let largest = 1;
  for (const [i, { embeddings }] of frames.entries()) {
    const known = embeddings[encoder];
    const computed = found[i]!;
    // Math.min and Math.max keep NaN, and no comparison with NaN is true: a broken vector cannot pass.
    maxDiff = Math.max(maxDiff, largestDifference(computed, known));
    cosine = Math.min(cosine, cosineOf(computed, known));
    largest = known.reduce((most, value) => Math.max(most, Math.abs(value)), largest);
  }
  const allowed = tolerance.value * largest;
  const passes = maxDiff <= allowed && cosine >= tolerance.cosine;
  return { max_diff: maxDiff, allowed_diff: allowed, cosine, verdict: passes ? 'pass' : 'fail' };
}

/** @param length of the head that `session` has */
export async function checkScores(
  length: number,
  frames: readonly KnownFrame[],
  found: FrameEmbeddings,
  session: Session,
  tolerance: Tolerance,
): Promise<ScoreCheck> {
  let maxDiff = 0;
  let differ = 0;
  for (const [i, { scores }] of frames.entries()) {
    const known = scores[String(length)];
    if (known === undefined) continue;
    const [others, virus] = known;
    const computed = await session.classify(1, found.nucleotide[i]!.slice(), found.protein[i]!.slice());
    maxDiff = Math.max(maxDiff, largestDifference(computed, known));
    const isVirus = computed[1]! > computed[0]!;
    if (Math.abs(virus - others) > UNDECIDED && isVirus !== virus > others) differ += 1;
  }
  const passes = maxDiff <= tolerance.score && differ === 0;
  return {
    max_diff: maxDiff,
    allowed_diff: tolerance.score,
    labels_differ: differ,
    verdict: passes ? 'pass' : 'fail',
  };
}

/** NaN where a value is, or where there are not as many. */
function largestDifference(computed: ArrayLike<number>, known: readonly number[]): number {
  if (known.length !== computed.length) return Number.NaN;
  return known.reduce((most, value, i) => Math.max(most, Math.abs(computed[i]! - value)), 0);
}

function cosineOf(a: Float32Array, b: readonly number[]): number {
  let product = 0;
  let squareA = 0;
  let squareB = 0;
  for (let i = 0; i < a.length; i += 1) {
    product += a[i]! * b[i]!;
    squareA += a[i]! ** 2;
    squareB += b[i]! ** 2;
  }
  return product / Math.sqrt(squareA * squareB);
}
