/** What is wrong with a device's numbers, as the middle of a sentence: with figures, without a full stop. */

import type { EncoderCheck, ScoreCheck } from '../verify.ts';
import type { ProbeCheck } from './proof.ts';

/** @param what was computed: `attention over 64 tokens` */
export function offText(what: string, check: ProbeCheck | EncoderCheck, leastCosine: number | undefined): string {
  const { max_diff, allowed_diff, cosine } = check;
  if (!Number.isFinite(max_diff)) return `${what} gives values that are not numbers`;
  if (max_diff > allowed_diff || cosine === undefined || leastCosine === undefined) {
    return `${what} is off by ${figure(max_diff)}, ${figure(allowed_diff)} is allowed`;
  }
  return `${what} has a cosine of ${cosine.toFixed(6)} to the known values, ${leastCosine} is the least allowed`;
}

export function scoresOffText({ max_diff, allowed_diff, labels_differ }: ScoreCheck): string {
  if (!Number.isFinite(max_diff)) return 'the classifier gives values that are not numbers';
  if (max_diff > allowed_diff) return `a score is off by ${figure(max_diff)}, ${figure(allowed_diff)} is allowed`;
  return `${labels_differ === 1 ? 'a known sequence gets' : `${labels_differ} known sequences get`} another label`;
}

/** Two digits: `1.2e-2`, `1e-5`. */
function figure(value: number): string {
  return value.toExponential(1).replace('.0e', 'e');
}
