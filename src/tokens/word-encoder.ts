/** What the two implementations of BPE have in common, and what they are made from. */

import type { MergeList } from './pair-table.ts';

/** A BPE over single-byte letters, checked by `readBpe`. */
export interface Bpe {
  /** One more than the highest token id; at most 65536. */
  readonly vocabularySize: number;
  /** The byte of each letter and, at the same index, its token id. */
  readonly letterBytes: Uint8Array;
  readonly letterIds: Uint16Array;
  readonly merges: MergeList;
}

export interface WordEncoder {
  /**
   * Tokens of one word, `bytes[start..end)`, all of whose bytes are letters.
   *
   * @param out receives the ids from `at` on and has room for one per byte
   * @returns the index after the last id written
   */
  encodeWord(bytes: Uint8Array, start: number, end: number, out: Uint16Array, at: number): number;
}
