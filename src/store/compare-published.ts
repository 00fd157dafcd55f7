/** Compares what a bundle computes with the published numbers: pure arithmetic, a verdict for each encoder and head. */

import type { Manifest } from '../model/bundle/manifest.ts';
import { type Arithmetic, type PublishedScores, type PublishedVectors, publishedNumbers } from './published-numbers.ts';

type Precision = Manifest['precision'];

export interface VectorVerdict {
  readonly checkpoint: string;
  /** Sequences compared. */
  readonly rows: number;
  /** Largest |difference| over all stored values. */
  readonly maxDifference: number;
  /** What it may be at most. */
  readonly allowedDifference: number;
  /** Largest relative difference of a norm. */
  readonly normDifference: number;
  readonly allowedNorm: number;
  readonly agrees: boolean;
}

export interface ScoreVerdict {
  readonly checkpoint: string;
  readonly rows: number;
  /** Largest |difference| over both scores of all frames. */
  readonly maxDifference: number;
  readonly allowedDifference: number;
  readonly agrees: boolean;
}

const AS_ARITHMETIC: Readonly<Record<Precision, Arithmetic>> = { fp32: 'float32', fp16: 'float16' };

/**
 * @param found mean embeddings `[width]` of the published rows, in their order
 * @param precision of the bundle that computed them
 */
export function comparePublished(
  published: PublishedVectors,
  found: readonly (Float32Array | Float64Array)[],
  precision: Precision,
): VectorVerdict {
  const { checkpoint, width, rows } = published;
  if (found.length !== rows.length) throw new Error(`${found.length} vectors for ${rows.length} published ones`);
  let maxDifference = 0;
  let normDifference = 0;
  let squares = 0;
  for (const [i, { values, norm }] of rows.entries()) {
    const vector = found[i]!;
    if (vector.length !== width) throw new Error(`a vector of ${vector.length} values for a width of ${width}`);
    // Math.max keeps NaN, and no comparison with NaN is true: a broken vector cannot agree.
    for (const [k, value] of values.entries()) maxDifference = Math.max(maxDifference, Math.abs(vector[k]! - value));
    normDifference = Math.max(normDifference, Math.abs(normOf(vector) - norm) / norm);
    squares += norm * norm;
  }
  const tolerance = tolerances(published.arithmetic, precision);
  const allowedDifference = Math.max(...tolerance.map(({ value }) => value)) * Math.sqrt(squares / rows.length / width);
  const allowedNorm = Math.max(...tolerance.map(({ norm }) => norm));
  const agrees = maxDifference <= allowedDifference && normDifference <= allowedNorm;
  return { checkpoint, rows: rows.length, maxDifference, allowedDifference, normDifference, allowedNorm, agrees };
}

/** @param found [P(others), P(virus)] of the published frames, in their order */
export function comparePublishedScores(
  { checkpoint, arithmetic, rows }: PublishedScores,
  found: readonly (readonly [number, number])[],
  precision: Precision,
): ScoreVerdict {
  if (found.length !== rows.length)
    throw new Error(`${found.length} pairs of scores for ${rows.length} published ones`);
  let maxDifference = 0;
  for (const [i, row] of rows.entries()) {
    for (const k of [0, 1] as const) maxDifference = Math.max(maxDifference, Math.abs(found[i]![k] - row[k]));
  }
  const allowedDifference = Math.max(...tolerances(arithmetic, precision).map(({ score }) => score ?? 0));
  return {
    checkpoint,
    rows: rows.length,
    maxDifference,
    allowedDifference,
    agrees: maxDifference <= allowedDifference,
  };
}

/** Both sides may be rounded: the wider tolerance holds. */
function tolerances(arithmetic: Arithmetic, precision: Precision) {
  const all = publishedNumbers().tolerances;
  return [all[arithmetic], all[AS_ARITHMETIC[precision]]] as const;
}

function normOf(vector: Float32Array | Float64Array): number {
  let squares = 0;
  for (let i = 0; i < vector.length; i += 1) squares += vector[i]! * vector[i]!;
  return Math.sqrt(squares);
}
