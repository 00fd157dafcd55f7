/**
 * A set of 62-bit words with a mark on each: open addressing with linear probing, 9 bytes a slot, never resized.
 * Words are stored whole, so one is never taken for another.
 */

/** No word has it: `high` has 30 bits. */
const EMPTY = 0xffffffff;

export class WordTable {
  /** `high` and `low` of a slot side by side: one look into memory for both. */
  readonly #words: Uint32Array;
  readonly #marks: Uint8Array;
  readonly #mask: number;
  #size = 0;

  /** @param most words that will be added; a third of the slots at least stays empty */
  constructor(most: number) {
    const slots = 2 ** Math.ceil(Math.log2(1.5 * most + 1));
    this.#words = new Uint32Array(2 * slots).fill(EMPTY);
    this.#marks = new Uint8Array(slots);
    this.#mask = slots - 1;
  }

  /** Different words. */
  get size(): number {
    return this.#size;
  }

  add(high: number, low: number): void {
    const slot = this.#slot(high, low);
    if (this.#words[2 * slot] !== EMPTY) return;
    this.#words[2 * slot] = high;
    this.#words[2 * slot + 1] = low;
    this.#size += 1;
    if (this.#size > this.#mask) throw new Error('more words than the table was made for');
  }

  /** Nothing happens to a word that is not in the set. */
  mark(high: number, low: number): void {
    const slot = this.#slot(high, low);
    if (this.#words[2 * slot] !== EMPTY) this.#marks[slot] = 1;
  }

  isMarked(high: number, low: number): boolean {
    return this.#marks[this.#slot(high, low)] === 1;
  }

  /** Where the word is, or the empty slot where it would be. */
  #slot(high: number, low: number): number {
    const words = this.#words;
    let hash = Math.imul(high ^ Math.imul(low, 0x9e3779b1), 0x85ebca6b);
    hash ^= hash >>> 15;
    hash = Math.imul(hash ^ low, 0xc2b2ae35);
    let slot = (hash ^ (hash >>> 13)) & this.#mask;
    for (;;) {
      const found = words[2 * slot];
      if (found === EMPTY || (found === high && words[2 * slot + 1] === low)) return slot;
      slot = (slot + 1) & this.#mask;
    }
  }
}
