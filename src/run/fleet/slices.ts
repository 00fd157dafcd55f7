/**
 * Computes one batch on one device: in one call, or in slices of its rows where the device's memory is too small for all of
 * them. Rows do not know of each other, so the slices' embeddings one after the other are the batch's.
 */

import { DeviceError } from '../../device/backend.ts';
import type { Attempt } from './job.ts';
import { type Encoded, numberText } from './work.ts';

export interface SliceWatcher {
  /** Something came back from the device. */
  answered(): void;
  /** A call did not fit, and a smaller one is tried. */
  smaller(error: DeviceError): void;
}

/**
 * @returns undefined where nobody needs the numbers any more
 * @throws what the session throws; DeviceError 'OutOfMemory' where a call did not fit beside others, or not even one row alone
 */
export async function compute(attempt: Attempt, watcher: SliceWatcher): Promise<Encoded | undefined> {
  const { job, member } = attempt;
  const { rows, width } = job.work;
  const parts: Encoded[] = [];
  let at = 0;
  while (at < rows) {
    const size = Math.min(rows - at, member.rowsAtOnce(job.work));
    attempt.company = member.tally.underWay;
    try {
      parts.push(await call(attempt, at, at + size));
    } catch (error) {
      const fits = !(error instanceof DeviceError) || error.kind !== 'OutOfMemory';
      if (fits || attempt.isOver || attempt.company > 1 || size === 1) throw error;
      member.shrink(job.work, Math.ceil(size / 2));
      watcher.smaller(error);
      continue;
    }
    if (attempt.isOver) return undefined;
    watcher.answered();
    if (size < rows) member.tally.slices += 1;
    at += size;
    if (job.isSettled && at < rows) return undefined;
  }
  const [first] = parts;
  if (first !== undefined && parts.length === 1) return first;
  const embeddings = new Float32Array(rows * width);
  let filled = 0;
  for (const part of parts) {
    embeddings.set(part.embeddings, filled);
    filled += part.embeddings.length;
  }
  return { embeddings, seconds: parts.reduce((sum, { seconds }) => sum + seconds, 0) };
}

async function call({ job, member }: Attempt, from: number, to: number): Promise<Encoded> {
  const { encoder, length, width } = job.work;
  const rows = to - from;
  const answer = await member.session.encode({ encoder, rows, length, tokens: job.work.tokens(from, to) });
  if (answer.embeddings.length !== rows * width) {
    throw new DeviceError(
      'Bug',
      `${answer.embeddings.length} numbers came for the ${rows} rows of batch ${numberText(job.work)}`,
    );
  }
  return answer;
}
