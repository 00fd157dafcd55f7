/** What one measured run tells. Seconds. */
export interface RunFigures {
  /** From the call of `predict` to its return, and the CPU time of all threads meanwhile. */
  readonly wall: number;
  readonly cpu: number;
  /** Only of a run whose journal was written. */
  readonly journal: JournalFigures | undefined;
}

export interface JournalFigures {
  /** CPU time of the main thread in its calls. */
  readonly mainCpu: number;
  /** CPU time of what comes of them: writing, syncing, telling who waits, on all threads. */
  readonly otherCpu: number;
  /** That the run waited for its journal: begun before anything is computed, room for the next rows, removed at the end. */
  readonly waited: number;
  /** CPU time of SHA-256 over the input, which `summary.json` needs as well. */
  readonly hashing: number;
  /** From rows that were given to the journal to their sync. */
  readonly untilSafe: { readonly median: number; readonly largest: number };
  /** From a batch to the next checkpoint, as the events tell. */
  readonly untilCheckpoint: number;
  /** Rows of one encoder that were not on the disk yet, the most at any time: no more chunks had a result. */
  readonly mostRows: number;
  readonly batches: number;
  readonly checkpoints: number;
  /** Rows and scores written, bytes. */
  readonly bytes: number;
}

/** How a run is measured: as it is, with a file system that does nothing, or with a journal that does nothing. */
export const MODES = ['journal', 'no disk', 'no journal'] as const;
export type Mode = (typeof MODES)[number];
