/**
 * How long a run would take: everything is read, translated and tokenised, and each encoder is timed on a batch of the
 * input's own rows.
 */

import type { Session } from '../device/backend.ts';
import type { EstimateEvent } from '../events/event.ts';
import type { EncoderName } from '../model/bundle/manifest.ts';
import { type BatchPlan, planBatches } from './batches.ts';
import type { EncodeContext } from './encode.ts';
import type { RowSet } from './row-set.ts';
import { endsHere, type Window } from './window.ts';

/** @param sessions of the devices of the run, each timed by itself */
export async function estimate(
  windows: AsyncIterable<Window>,
  { batchTokens }: Pick<EncodeContext, 'batchTokens'>,
  sessions: readonly Session[],
): Promise<EstimateEvent> {
  const began = performance.now();
  const tokens = { nucleotide: 0, protein: 0 };
  const rates = { nucleotide: 0, protein: 0 };
  let records = 0;
  let chunks = 0;
  let frames = 0;
  for await (const window of windows) {
    records += window.records.filter(endsHere).length;
    chunks += window.masks.length;
    frames += window.frames.length;
    for (const encoder of ['nucleotide', 'protein'] as const) {
      tokens[encoder] += window[encoder].tokens;
      if (rates[encoder] > 0) continue;
      const plan = largestBatch(window, encoder, batchTokens);
      if (plan === undefined) continue;
      const each = await Promise.all(sessions.map((session) => measure(window[encoder], encoder, plan, session)));
      rates[encoder] = each.reduce((sum, rate) => sum + rate, 0);
    }
  }
  const reading = (performance.now() - began) / 1000;
  const encoding = (['nucleotide', 'protein'] as const).reduce(
    (sum, encoder) => sum + (tokens[encoder] === 0 ? 0 : tokens[encoder] / rates[encoder]),
    0,
  );
  return {
    event: 'estimate',
    ...{ records, chunks, frames },
    nucleotide_tokens: tokens.nucleotide,
    protein_tokens: tokens.protein,
    nucleotide_rate: rates.nucleotide,
    protein_rate: rates.protein,
    // Reading goes on while a device computes, so the longer of the two is what counts.
    seconds: Math.max(reading, encoding),
  };
}

/** Undefined where the window has no rows. */
function largestBatch(window: Window, encoder: EncoderName, batchTokens: number): BatchPlan | undefined {
  const tokensOf = ({ rows, length }: BatchPlan) => rows.length * length;
  return planBatches(window[encoder], batchTokens).sort((a, b) => tokensOf(b) - tokensOf(a))[0];
}

/** Tokens per second of the whole device, after one run to warm up. */
async function measure(set: RowSet, encoder: EncoderName, plan: BatchPlan, session: Session): Promise<number> {
  let seconds = 0;
  for (let round = 0; round < 2; round += 1) {
    const tokens = new Int32Array(plan.rows.length * plan.length);
    for (const [i, row] of plan.rows.entries()) set.copy(row, tokens, i * plan.length);
    const batch = { encoder, rows: plan.rows.length, length: plan.length, tokens };
    seconds = (await session.encode(batch)).seconds;
  }
  // One batch was timed alone; a run computes `parallel` of them at once.
  return (session.parallel * plan.rows.length * plan.length) / Math.max(seconds, 1e-6);
}
