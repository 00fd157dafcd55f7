/** Data on standard output. A reader that went away (`| head`) ends the run quietly, as it does for every Unix tool. */

import { writeSync } from 'node:fs';
import { machineError, systemCode } from '../system/machine-error.ts';

/** Standard output was closed by its reader. */
export class ReaderGone extends Error {
  override readonly name = 'ReaderGone';
}

const DESCRIPTOR = 1;
const RETRY_MILLISECONDS = 1;
const pause = new Int32Array(new SharedArrayBuffer(4));

let makeRoom: (() => void) | undefined;

/** `action` is called once, before the first byte: what is painted on the same terminal goes. */
export function beforeOutput(action: () => void): void {
  makeRoom = action;
}

/** Writes all bytes; blocks while the reader is slow. */
export function writeStandardOutput(bytes: Uint8Array): void {
  makeRoom?.();
  makeRoom = undefined;
  for (let done = 0; done < bytes.length; ) {
    try {
      done += writeSync(DESCRIPTOR, bytes, done, bytes.length - done);
    } catch (error) {
      const code = systemCode(error);
      if (code === 'EPIPE') throw new ReaderGone('standard output was closed');
      if (code !== 'EAGAIN') throw machineError(error, 'standard output', 'send it to another disk');
      // The pipe was set to non-blocking by somebody else and is full: its reader is slower than we are.
      Atomics.wait(pause, 0, 0, RETRY_MILLISECONDS);
    }
  }
}
