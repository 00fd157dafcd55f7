/**
 * BPE as it is defined: of all adjacent pairs that merge, join the one of the lowest rank, the leftmost first; repeat.
 *
 * Exact for every merge list, O(n log n) in the length of a word. `LongestMatch` is faster where the list allows it;
 * this one stands in where it does not, and is what the tests compare with.
 */

import { type MergeList, NO_MERGE, PairTable } from './pair-table.ts';
import type { Bpe, WordEncoder } from './word-encoder.ts';

/** A heap entry is `rank * POSITIONS + position`: numbers compare by rank, then by position. Exact below 2^53. */
const POSITIONS = 2 ** 32;
const NONE = -1;

export class MergeByRank implements WordEncoder {
  readonly #pairs: PairTable;
  readonly #merges: MergeList;
  /** Token id by byte, `[256]`; 0 for bytes that are no letter, which no word contains. */
  readonly #idByByte = new Uint16Array(256);
  /** Symbols of the word as a linked list, indexed by the position of their first letter; `NONE` where merged away. */
  #id = new Int32Array(0);
  #before = new Int32Array(0);
  #after = new Int32Array(0);
  /** Binary min-heap of candidate merges; entries overtaken by another merge are dropped when they surface. */
  #heap = new Float64Array(0);
  #heapSize = 0;

  constructor(bpe: Bpe) {
    this.#merges = bpe.merges;
    this.#pairs = new PairTable(bpe.merges);
    bpe.letterBytes.forEach((byte, letter) => {
      this.#idByByte[byte] = bpe.letterIds[letter]!;
    });
  }

  encodeWord(bytes: Uint8Array, start: number, end: number, out: Uint16Array, at: number): number {
    if (end <= start) return at;
    this.#load(bytes, start, end);
    this.#mergeAll();
    let written = at;
    for (let i = 0; i !== NONE; i = this.#after[i]!) out[written++] = this.#id[i]!;
    return written;
  }

  #load(bytes: Uint8Array, start: number, end: number): void {
    const length = end - start;
    if (this.#id.length < length) {
      this.#id = new Int32Array(length);
      this.#before = new Int32Array(length);
      this.#after = new Int32Array(length);
      // n - 1 pairs to begin with; each of at most n - 1 merges removes one entry and adds two.
      this.#heap = new Float64Array(2 * length);
    }
    for (let i = 0; i < length; i++) {
      this.#id[i] = this.#idByByte[bytes[start + i]!]!;
      this.#before[i] = i - 1;
      this.#after[i] = i + 1 < length ? i + 1 : NONE;
    }
    this.#heapSize = 0;
    for (let i = 0; i + 1 < length; i++) this.#propose(i);
  }

  #mergeAll(): void {
    while (this.#heapSize > 0) {
      const entry = this.#pop();
      const rank = Math.floor(entry / POSITIONS);
      const position = entry % POSITIONS;
      const next = this.#after[position]!;
      // Overtaken: the symbol here, or the one after it, has changed since this was proposed.
      if (this.#id[position] === NONE || next === NONE || this.#rankAt(position) !== rank) continue;
      this.#id[position] = this.#merges.merged[rank]!;
      this.#id[next] = NONE;
      const following = this.#after[next]!;
      this.#after[position] = following;
      if (following !== NONE) {
        this.#before[following] = position;
        this.#propose(position);
      }
      const previous = this.#before[position]!;
      if (previous !== NONE) this.#propose(previous);
    }
  }

  #rankAt(position: number): number {
    return this.#pairs.rank(this.#id[position]!, this.#id[this.#after[position]!]!);
  }

  #propose(position: number): void {
    const rank = this.#rankAt(position);
    if (rank === NO_MERGE) return;
    const heap = this.#heap;
    const entry = rank * POSITIONS + position;
    let hole = this.#heapSize++;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (heap[parent]! <= entry) break;
      heap[hole] = heap[parent]!;
      hole = parent;
    }
    heap[hole] = entry;
  }

  #pop(): number {
    const heap = this.#heap;
    const top = heap[0]!;
    const size = --this.#heapSize;
    const moved = heap[size]!;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= size) break;
      if (child + 1 < size && heap[child + 1]! < heap[child]!) child++;
      if (heap[child]! >= moved) break;
      heap[hole] = heap[child]!;
      hole = child;
    }
    heap[hole] = moved;
    return top;
  }
}
