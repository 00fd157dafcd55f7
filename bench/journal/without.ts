/** Runs without a journal, for comparison: there is no switch for it, so its calls are replaced in this process. */

import { type OpenFile, SYSTEM_FILES } from '../../src/journal/file-calls.ts';
import { JournaledRun } from '../../src/run/journaled.ts';

const NO_FILE: OpenFile = {
  size: async () => 0,
  read: async () => 0,
  write: async (bytes) => bytes.length,
  sync: async () => undefined,
  truncate: async () => undefined,
  close: async () => undefined,
};

/** The journal is made, and goes nowhere. */
export function withoutDisk(): void {
  const nothing = async () => undefined;
  Object.assign(SYSTEM_FILES, {
    open: async () => NO_FILE,
    list: async () => [],
    ...{ rename: nothing, unlink: nothing, makeFolder: nothing, removeFolder: nothing, syncFolder: nothing },
  } satisfies typeof SYSTEM_FILES);
}

/** Nothing is made of what is found out. The inputs are hashed all the same, at their end. */
export function withoutJournal(): void {
  withoutDisk();
  const run = JournaledRun.prototype;
  run.meet = async (_, window) => ({
    scores: undefined,
    done: { nucleotide: new Uint8Array(window.nucleotide.rows), protein: new Uint8Array(window.protein.rows) },
  });
  run.rows = async () => undefined;
  run.scores = async () => undefined;
}
