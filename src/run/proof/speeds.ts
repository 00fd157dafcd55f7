/**
 * A first measurement of how fast a device is with each encoder, for the first plan of who computes what: one batch of
 * equal rows, computed alone. It takes little more than a second on any device, however slow.
 */

import { DeviceError, type Session } from '../../device/backend.ts';
import type { EncoderName } from '../../model/bundle/manifest.ts';

/** Of the largest batch. */
const MOST_TOKENS = 2000;
/** A batch is enlarged only while it takes less than this. */
const LONG_SECONDS = 0.5;
const GROWTH = 4;

/**
 * @param rows token ids of one row each; the device should have computed a batch of this shape before
 * @returns tokens per second of all the device's lanes
 */
export async function measureSpeeds(
  session: Session,
  rows: Readonly<Record<EncoderName, Int32Array>>,
): Promise<Readonly<Record<EncoderName, number>>> {
  return {
    nucleotide: await measure(session, 'nucleotide', rows.nucleotide),
    protein: await measure(session, 'protein', rows.protein),
  };
}

async function measure(session: Session, encoder: EncoderName, row: Int32Array): Promise<number> {
  const most = Math.max(1, Math.floor(MOST_TOKENS / row.length));
  const run = async (rows: number): Promise<number> => {
    const tokens = new Int32Array(rows * row.length);
    for (let at = 0; at < tokens.length; at += row.length) tokens.set(row, at);
    return (await session.encode({ encoder, rows, length: row.length, tokens })).seconds;
  };
  let rows = 1;
  let seconds = await run(rows);
  while (rows < most && seconds < LONG_SECONDS) {
    const more = Math.min(most, GROWTH * rows);
    // The first run of a shape may compile kernels for it.
    const needed = await attempt(async () => Math.min(await run(more), await run(more)));
    if (needed === undefined) break;
    seconds = needed;
    rows = more;
  }
  // A run too short for the clock still took something.
  return (session.parallel * rows * row.length) / Math.max(seconds, 1e-6);
}

/** Undefined where memory is not enough: such a card computes batches in slices. */
async function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DeviceError && error.kind === 'OutOfMemory') return undefined;
    throw error;
  }
}
