/** The golden numbers of a bundle, `golden.json`: what an independent implementation computed for a few frames. */

import { UserError } from '../../system/errors.ts';

export interface GoldenFrame {
  /** As an encoder gets them: upper-case nucleotides and residues. They need not translate into each other. */
  readonly nucleotide: string;
  readonly protein: string;
  /** Mean embeddings, `[width]`. */
  readonly nucleotide_embedding: readonly number[];
  readonly protein_embedding: readonly number[];
  /** [P(others), P(virus)] by chunk length of the head. */
  readonly scores: Readonly<Record<string, readonly [number, number]>>;
}

export interface Golden {
  /** `self`: computed when the bundle was made, in float64, by this program. */
  readonly reference: 'self';
  readonly frames: readonly GoldenFrame[];
}

/** @param file path for messages */
export function parseGolden(json: unknown, file: string): Golden {
  const golden = json as Partial<Golden> | null;
  const isGolden =
    typeof golden === 'object' &&
    golden !== null &&
    golden.reference === 'self' &&
    Array.isArray(golden.frames) &&
    golden.frames.length > 0 &&
    golden.frames.every(isFrame);
  if (isGolden) return golden as Golden;
  throw new UserError('The golden numbers are damaged', 'Import or download the bundle again.', { file });
}

function isFrame(value: unknown): boolean {
  const frame = value as Partial<GoldenFrame> | null;
  return (
    typeof frame === 'object' &&
    frame !== null &&
    typeof frame.nucleotide === 'string' &&
    typeof frame.protein === 'string' &&
    isNumbers(frame.nucleotide_embedding) &&
    isNumbers(frame.protein_embedding) &&
    typeof frame.scores === 'object' &&
    frame.scores !== null &&
    Object.values(frame.scores).every((scores) => isNumbers(scores) && scores.length === 2)
  );
}

function isNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((number) => typeof number === 'number');
}
