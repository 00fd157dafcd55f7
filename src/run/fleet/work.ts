/**
 * A batch as the fleet gets it: what is in it was decided by bundle, input and options, and its number is the same in
 * every run. Who computes it, and when, is the fleet's business.
 */

import type { EncoderName } from '../../model/bundle/manifest.ts';

export interface Work {
  /** Number of the window in the input, from 1. */
  readonly window: number;
  /** Number of the batch in its window, from 1. */
  readonly batch: number;
  /** Batches of that window. */
  readonly batches: number;
  readonly encoder: EncoderName;
  readonly rows: number;
  /** Tokens of every row. */
  readonly length: number;
  /** Numbers of one embedding. */
  readonly width: number;
  /**
   * Tokens of the rows `[from, to)`, `[to - from, length]` row-major. A new array each time: a session may take it away,
   * and a batch that failed is asked for again.
   */
  tokens(from: number, to: number): Int32Array<ArrayBuffer>;
}

/** What became of a batch. */
export interface Encoded {
  /** `[rows, width]` */
  readonly embeddings: Float32Array;
  /** That the device was busy with it, as its session says. */
  readonly seconds: number;
}

/** As it is told to people: `3:17` is batch 17 of window 3. */
export function numberText({ window, batch }: Pick<Work, 'window' | 'batch'>): string {
  return `${window}:${batch}`;
}
