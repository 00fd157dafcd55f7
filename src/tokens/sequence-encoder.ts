/** What the two kinds of nucleotide tokens have in common. */

export interface SequenceEncoder {
  /**
   * Tokens of the sequence `bytes[start..end)`, without those before and after it.
   *
   * @param out receives the ids from `at` on and has room for one per byte
   * @returns the index after the last id written
   */
  encodeSequence(bytes: Uint8Array, start: number, end: number, out: Uint16Array, at: number): number;
}
