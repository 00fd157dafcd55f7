/** How far a run over sequences is, where nothing is called: for `translate` and `validate`. */

import type { ProgressEvent } from '../events/event.ts';
import { recordsOf } from '../run/pool/job.ts';
import type { SequenceRun } from '../run/pool/run.ts';

/** @param began `performance.now()` at the start of the run */
export function sequenceProgress(run: SequenceRun, began: number): ProgressEvent {
  const { counts } = run;
  return {
    event: 'progress',
    records: recordsOf(counts),
    chunks: counts.chunks,
    frames: counts.frames,
    viral: undefined,
    bytes: run.bytesRead,
    bytes_total: run.bytesTotal,
    seconds: (performance.now() - began) / 1000,
  };
}
