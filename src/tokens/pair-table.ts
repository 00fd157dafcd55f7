/**
 * Which pairs of tokens merge, and at which rank: a hash table over the merge list.
 *
 * Token ids fit in 16 bits. A rank is the index of the merge in the list; a lower rank is applied earlier.
 */

/** The merge list of a BPE, one entry per rank. */
export interface MergeList {
  /** Token ids, `[merges]`: the merge of rank k joins `left[k]` and `right[k]` into `merged[k]`. */
  readonly left: Uint16Array;
  readonly right: Uint16Array;
  readonly merged: Uint16Array;
}

/** The rank of a pair that does not merge: later than every merge. */
export const NO_MERGE = 0x7fffffff;

export class PairTable {
  /** `[2 * slots]`: key and rank side by side, so that a look-up touches one cache line. A free slot has rank NO_MERGE. */
  readonly #slots: Int32Array;
  readonly #shift: number;

  /** A pair that occurs twice in the list has the rank of its first occurrence. */
  constructor(merges: MergeList) {
    // At most a quarter full: nearly every look-up is of a pair that is not there and ends at the first slot.
    const bits = Math.max(4, Math.ceil(Math.log2(merges.merged.length * 4 + 1)));
    this.#shift = 32 - bits;
    this.#slots = new Int32Array(2 << bits);
    for (let i = 1; i < this.#slots.length; i += 2) this.#slots[i] = NO_MERGE;
    for (let rank = 0; rank < merges.merged.length; rank++) {
      const key = (merges.left[rank]! << 16) | merges.right[rank]!;
      const slot = this.#find(key);
      if (this.#slots[slot + 1] !== NO_MERGE) continue;
      this.#slots[slot] = key;
      this.#slots[slot + 1] = rank;
    }
  }

  /** Rank of the merge of two adjacent tokens, NO_MERGE when there is none. */
  rank(left: number, right: number): number {
    return this.#slots[this.#find((left << 16) | right) + 1]!;
  }

  /** Index of the key's slot, or of the free slot where it would go. */
  #find(key: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = (Math.imul(key, 0x9e3779b1) >>> this.#shift) << 1;
    while (slots[slot] !== key && slots[slot + 1] !== NO_MERGE) slot = (slot + 2) & mask;
    return slot;
  }
}
