/** The file of `--progress-file`: events for programs, beside what is shown. */

import { closeSync, ftruncateSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { UserError } from '../system/errors.ts';
import { machineError } from '../system/machine-error.ts';
import { NDJSON_VERSION } from './ndjson.ts';

/** What every line of ours begins with. */
const BEGINNING = Buffer.from(`{"v":${NDJSON_VERSION},`);

export interface EventFile {
  /** Writes all of it before it returns. @throws what the system says */
  write(text: string): void;
  close(): void;
}

/**
 * Opens the file, empty. One that is there is replaced if it holds events or nothing; anything else is refused, because the
 * name may have been that of an input.
 * @param path as typed
 * @param goesOn what is in it stays, and more is written behind
 * @throws UserError
 */
export function openEventFile(path: string, goesOn = false): EventFile {
  const descriptor = opened(path, goesOn);
  return {
    write(text) {
      const bytes = Buffer.from(text);
      for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done);
    },
    close: () => closeSync(descriptor),
  };
}

function opened(path: string, goesOn: boolean): number {
  let descriptor: number | undefined;
  try {
    // A pipe is opened for writing alone, or nobody would tell that its reader went away.
    if (statSync(path, { throwIfNoEntry: false })?.isFile() === false) return openSync(path, 'w');
    // Neither truncates nor fails where it is there already.
    descriptor = openSync(path, 'a+');
    if (!holdsEventsOrNothing(descriptor)) {
      const remedy = 'Choose another name for --progress-file.';
      throw new UserError('is there already and holds no events', remedy, { file: path });
    }
    if (!goesOn) ftruncateSync(descriptor);
    return descriptor;
  } catch (error) {
    if (descriptor !== undefined) closeSync(descriptor);
    throw machineError(error, path, 'choose another file with --progress-file');
  }
}

function holdsEventsOrNothing(descriptor: number): boolean {
  const start = Buffer.alloc(BEGINNING.length);
  const bytes = readSync(descriptor, start, 0, start.length, 0);
  return bytes === 0 || start.subarray(0, bytes).equals(BEGINNING);
}
