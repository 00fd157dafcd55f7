/**
 * Cuts the rows of a window into batches: rows of one token count, at most `batchTokens` tokens together, one row at the
 * least. A batch is a function of the rows and that number alone.
 */

import type { RowSet } from './row-set.ts';

export interface BatchPlan {
  /** Tokens of every row. */
  readonly length: number;
  /** Row numbers in the RowSet. */
  readonly rows: readonly number[];
}

/** Longest rows first: memory is highest at the start, and the short batches fill the end of the window. */
export function planBatches(set: RowSet, batchTokens: number): BatchPlan[] {
  const byLength = new Map<number, number[]>();
  for (let row = 0; row < set.rows; row += 1) {
    const length = set.length(row);
    const group = byLength.get(length);
    if (group === undefined) byLength.set(length, [row]);
    else group.push(row);
  }
  const plans: BatchPlan[] = [];
  for (const length of [...byLength.keys()].sort((a, b) => b - a)) {
    const group = byLength.get(length)!;
    const most = Math.max(1, Math.floor(batchTokens / length));
    for (let at = 0; at < group.length; at += most) plans.push({ length, rows: group.slice(at, at + most) });
  }
  return plans;
}
