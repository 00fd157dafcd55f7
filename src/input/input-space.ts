/**
 * The memory that reading takes, once per kernel: the kernel takes nothing back, so the readers of many files share it.
 * Only one reader of a space may be at work at a time.
 */

import { BaseRegion } from './base-region.ts';
import { ByteWindow } from './byte-window.ts';
import { OpenRecord } from './open-record.ts';
import type { InputKernel } from './record.ts';

/** All in bytes; a base is one. */
export interface InputSizes {
  /** Unread bytes held; grows where a FASTQ record needs it. */
  readonly window: number;
  /** Longer records do not lie in one piece. */
  readonly region: number;
  /** Before a record becomes longer than this, the space's `beforeLong` is called. */
  readonly long: number;
  /** A FASTQ record that is longer is refused. */
  readonly longestRead: number;
}

export const INPUT_SIZES: InputSizes = { window: 1 << 20, region: 1 << 22, long: 1 << 24, longestRead: 1 << 30 };

export class InputSpace {
  readonly window: ByteWindow;
  readonly record: OpenRecord;

  /**
   * @param longestChunk bases that are asked for at once
   * @param beforeLong called once for a long record, while it is read; may wait, so that not all Workers hold one at once
   * @param sizes smaller in tests
   */
  constructor(
    readonly kernel: InputKernel,
    longestChunk: number,
    beforeLong: () => void = () => undefined,
    readonly sizes: InputSizes = INPUT_SIZES,
  ) {
    this.window = new ByteWindow(kernel, sizes.window);
    this.record = new OpenRecord(new BaseRegion(kernel, sizes.region, longestChunk, sizes.long, beforeLong));
  }
}
