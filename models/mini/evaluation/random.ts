/**
 * Seeded random numbers: the generator sfc32 (Chris Doty-Humphrey, PractRand), started from the SHA-256 of the seed and
 * of what the numbers are for. So what one part draws does not depend on what another drew before.
 */

import { sha256OfBytes } from '../../../src/system/sha256.ts';

export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** @param purpose any text; equal seeds and purposes give equal numbers */
  constructor(seed: number, purpose: string) {
    const hash = sha256OfBytes(`${seed} ${purpose}`);
    const word = (index: number) => Number.parseInt(hash.slice(8 * index, 8 * index + 8), 16) | 0;
    [this.#a, this.#b, this.#c] = [word(0), word(1), word(2)];
  }

  /** An integer in `[0, 2^32)`. */
  word(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    return sum >>> 0;
  }

  /** An integer in `[0, limit)`; the bias of the multiplication is below limit / 2^32. */
  below(limit: number): number {
    return Math.floor((this.word() / 2 ** 32) * limit);
  }

  /** The same entries in random order (Fisher and Yates). */
  shuffled<T>(entries: Iterable<T>): T[] {
    const list = [...entries];
    for (let end = list.length - 1; end > 0; end -= 1) {
      const other = this.below(end + 1);
      const moved = list[end]!;
      list[end] = list[other]!;
      list[other] = moved;
    }
    return list;
  }
}
