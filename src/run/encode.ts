/**
 * Has every row of a window encoded: batches go out, as many at a time as the device wants, and come back by number.
 */

import type { Session } from '../device/backend.ts';
import type { Emit } from '../events/event.ts';
import type { EncoderName } from '../model/bundle/manifest.ts';
import { type BatchPlan, planBatches } from './batches.ts';
import type { RowSet } from './row-set.ts';
import type { StageClock } from './stage-clock.ts';
import type { Window } from './window.ts';

export interface EncodeContext {
  readonly session: Session;
  /** Numbers of one embedding. */
  readonly widths: Readonly<Record<EncoderName, number>>;
  readonly batchTokens: number;
  readonly clock: StageClock;
  readonly emit: Emit;
}

/** Mean embeddings of a window's rows: `[rows, width]` each. */
export type Embeddings = Readonly<Record<EncoderName, Float32Array>>;

export async function encodeWindow(window: Window, context: EncodeContext): Promise<Embeddings> {
  const { widths, batchTokens } = context;
  const embeddings = {
    nucleotide: new Float32Array(window.nucleotide.rows * widths.nucleotide),
    protein: new Float32Array(window.protein.rows * widths.protein),
  };
  const jobs = (['protein', 'nucleotide'] as const).flatMap((encoder) =>
    planBatches(window[encoder], batchTokens).map((plan) => ({ encoder, plan })),
  );
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let job = jobs[next++]; job !== undefined; job = jobs[next++]) {
      await encodeBatch(job.encoder, job.plan, window[job.encoder], embeddings[job.encoder], context);
    }
  };
  await Promise.all(Array.from({ length: context.session.inFlight }, lane));
  return embeddings;
}

async function encodeBatch(
  encoder: EncoderName,
  { length, rows }: BatchPlan,
  set: RowSet,
  target: Float32Array,
  { session, widths, clock, emit }: EncodeContext,
): Promise<void> {
  const tokens = new Int32Array(rows.length * length);
  for (const [i, row] of rows.entries()) set.copy(row, tokens, i * length);
  const told = {
    event: 'batch',
    device: session.device.id,
    encoder,
    rows: rows.length,
    tokens: tokens.length,
  } as const;
  const began = performance.now();
  try {
    const { embeddings, seconds } = await session.encode({ encoder, rows: rows.length, length, tokens });
    const width = widths[encoder];
    for (const [i, row] of rows.entries()) target.set(embeddings.subarray(i * width, (i + 1) * width), row * width);
    clock.add(encoder, seconds);
    emit({ ...told, seconds, status: 'complete' });
  } catch (error) {
    emit({ ...told, seconds: (performance.now() - began) / 1000, status: 'failed' });
    throw error;
  }
}
