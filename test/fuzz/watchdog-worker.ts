/** The thread of watchdog.ts. */

import { writeSync } from 'node:fs';
import type { Watched } from './watchdog.ts';

const MILLISECONDS = 1000;
const STANDARD_ERROR = 2;

declare const self: Worker;

self.onmessage = ({ data }: MessageEvent<Watched>) => {
  const { state, names, seed, seconds } = data;
  const timer = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  for (let before = -1; ; ) {
    Atomics.wait(timer, 0, 0, seconds * MILLISECONDS);
    const now = Atomics.load(state, 2);
    if (now === before) {
      const [target = 0, number = 0] = state;
      writeSync(
        STANDARD_ERROR,
        `hang: case ${number} of ${names[target] ?? '?'} goes on for more than ${seconds} s. Again: ` +
          `bun run fuzz --only ${names[target] ?? '?'} --seed ${seed} --case ${number}\n`,
      );
      process.kill(process.pid, 'SIGKILL');
    }
    before = now;
  }
};
