/**
 * Has every row of a window encoded: all its batches go to the fleet at once, and come back by number.
 */

import type { Emit } from '../events/event.ts';
import type { EncoderName } from '../model/bundle/manifest.ts';
import { planBatches } from './batches.ts';
import type { Fleet } from './fleet/fleet.ts';
import type { Work } from './fleet/work.ts';
import type { JournaledRun } from './journaled.ts';
import type { RowSet } from './row-set.ts';
import type { StageClock } from './stage-clock.ts';
import { endsHere, type Window } from './window.ts';

export interface EncodeContext {
  /** Numbers of one embedding. */
  readonly widths: Readonly<Record<EncoderName, number>>;
  readonly batchTokens: number;
  readonly clock: StageClock;
  readonly emit: Emit;
  /** Keeps what is found out, and knows what an earlier run found out. */
  readonly journal?: JournaledRun | undefined;
}

/** A window's numbers: rows, or the scores that an earlier run made of them. */
export interface EncodedRows {
  readonly embeddings: Embeddings;
  /** `[pairs, 2]` where they are known already. Then rows may be missing. */
  readonly scores: Float32Array | undefined;
}

/** Mean embeddings of a window's rows: `[rows, width]` each. */
export type Embeddings = Readonly<Record<EncoderName, Float32Array>>;

/** @param number of the window in the input, from 1 */
export async function encodeWindow(
  window: Window,
  number: number,
  { widths, batchTokens, clock, emit, journal }: EncodeContext,
  fleet: Fleet,
): Promise<EncodedRows> {
  const embeddings = {
    nucleotide: new Float32Array(window.nucleotide.rows * widths.nucleotide),
    protein: new Float32Array(window.protein.rows * widths.protein),
  };
  const known = await journal?.meet(number, window, embeddings);
  if (known?.scores !== undefined && !journal?.keepsRows) return { embeddings, scores: known.scores };
  const all = (['protein', 'nucleotide'] as const).flatMap((encoder) =>
    planBatches(window[encoder], batchTokens).map((plan) => ({ encoder, ...plan })),
  );
  const isMissing = ({ encoder, rows }: (typeof all)[number]) => !rows.every((row) => known?.done[encoder][row] === 1);
  emit({
    ...{ event: 'window', window: number, batches: all.filter(isMissing).length },
    records: window.records.filter(endsHere).length,
    ...{ chunks: window.masks.length, frames: window.frames.length, bytes: window.bytesRead },
    ...{ nucleotide_tokens: window.nucleotide.tokens, protein_tokens: window.protein.tokens },
  });
  const encodeBatch = async (plan: (typeof all)[number], index: number): Promise<void> => {
    // What an earlier run computed keeps its number, so that each batch has the same one in every run.
    if (!isMissing(plan)) return;
    const { encoder, length, rows } = plan;
    const width = widths[encoder];
    const work: Work = {
      ...{ window: number, batch: index + 1, batches: all.length },
      ...{ encoder, length, width, rows: rows.length },
      tokens: (from, to) => tokensOf(window[encoder], rows.slice(from, to), length),
    };
    const encoded = await fleet.encode(work);
    const target = embeddings[encoder];
    for (const [i, row] of rows.entries()) {
      target.set(encoded.embeddings.subarray(i * width, (i + 1) * width), row * width);
    }
    clock.add(encoder, encoded.seconds);
    await journal?.rows(number, encoder, rows, encoded.embeddings);
  };
  await Promise.all(all.map(encodeBatch));
  return { embeddings, scores: known?.scores };
}

/** `[rows, length]`, row-major. */
function tokensOf(set: RowSet, rows: readonly number[], length: number): Int32Array<ArrayBuffer> {
  const tokens = new Int32Array(rows.length * length);
  for (const [i, row] of rows.entries()) set.copy(row, tokens, i * length);
  return tokens;
}
