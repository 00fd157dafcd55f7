/** Worker entry point: reads, chunks and translates the jobs of a run (run/pool/job.ts) until no more come. */

import { JobLoop } from '../pool/job-loop.ts';
import type { WorkerSetup } from '../pool/setup.ts';

declare const self: Worker;

// Blocks this thread until the run is over: everything a Worker does is synchronous.
self.onmessage = ({ data }: MessageEvent<WorkerSetup>): void => {
  new JobLoop(data).run();
  self.postMessage('ended');
};
