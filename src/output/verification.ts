/** What `models verify` found: an object for programs, a table for people. */

import type { EncoderCheck, ScoreCheck } from '../run/verify.ts';
import { alignedTable } from './aligned-table.ts';

export interface Verification {
  readonly model: string;
  readonly precision: string;
  readonly device: string;
  /** `published`: numbers of the original tool; `self`: computed in float64 by this program when the bundle was made. */
  readonly reference: 'published' | 'self';
  readonly frames: number;
  readonly encoders: { readonly nucleotide: EncoderCheck; readonly protein: EncoderCheck };
  /** By chunk length of the head; null where the reference has no scores for it. */
  readonly scores: Readonly<Record<string, ScoreCheck | null>>;
  readonly verdict: 'pass' | 'fail';
}

const REFERENCES = {
  published: 'numbers of the original tool',
  self: 'float64 numbers computed when the bundle was made, not the original tool',
} as const;

export function verificationTable(found: Verification): string {
  const { model, precision, device, reference, frames, encoders, scores, verdict } = found;
  const rows: string[][] = [['', 'max |diff|', 'allowed', 'cosine', 'verdict']];
  for (const [name, check] of Object.entries(encoders)) {
    const { max_diff: diff, allowed_diff: allowed, cosine } = check;
    rows.push([`${name} embedding`, small(diff), small(allowed), cosine?.toFixed(7) ?? '-', check.verdict]);
  }
  for (const [length, check] of Object.entries(scores)) {
    const name = `scores, ${length} nt`;
    rows.push(
      check === null
        ? [name, '-', '-', '-', 'not known']
        : [name, small(check.max_diff), small(check.allowed_diff), '-', check.verdict],
    );
  }
  const head = [
    `${model} (${precision}) on ${device}: ${frames} frames`,
    `reference: ${reference}, ${REFERENCES[reference]}`,
  ];
  return `${head.join('\n')}\n\n${alignedTable(rows)}\n${verdict}\n`;
}

/** Two digits are enough to see how far something is from its tolerance. */
function small(value: number): string {
  return value === 0 ? '0' : value.toExponential(1);
}
