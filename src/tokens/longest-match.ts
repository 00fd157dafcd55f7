/**
 * BPE in linear time: the longest token that fits at each position, stepping back where it leads nowhere.
 *
 * It rests on a property of well-formed merge lists (each merge joins letters or results of earlier merges, and no two
 * merges give the same token): a row of tokens is the BPE of its text if and only if each of its tokens is the BPE of
 * its own text, and each two neighbours are the BPE of theirs. For the first merge that departs from the row would
 * cross a border between two tokens, and would then cross it in the text of these two alone as well. So the one row
 * that is right can be searched for from left to right. Every row on the way is the BPE of the text it covers, so only
 * one row leads to each position; a position from which the end cannot be reached is remembered and never tried again.
 *
 * The search is that of the `bpe` crate (github.com/github/rust-gems); the test of neighbours is for ranked merges.
 */

import { Neighbours } from './neighbours.ts';
import { Prefixes } from './prefixes.ts';
import { isWellFormed } from './well-formed.ts';
import type { Bpe, WordEncoder } from './word-encoder.ts';

const NONE = -1;

export class LongestMatch implements WordEncoder {
  readonly #neighbours: Neighbours;
  readonly #prefixes: Prefixes;
  /** By position in the word: equal to `#generation` when the end cannot be reached from there. */
  #dead = new Uint32Array(0);
  #generation = 0;

  /** The fast encoder, or `undefined` when only `MergeByRank` is exact for this BPE. */
  static of(bpe: Bpe): LongestMatch | undefined {
    return isWellFormed(bpe) && Prefixes.takes(bpe) && Neighbours.takes(bpe) ? new LongestMatch(bpe) : undefined;
  }

  private constructor(bpe: Bpe) {
    this.#neighbours = new Neighbours(bpe);
    this.#prefixes = new Prefixes(bpe);
  }

  encodeWord(bytes: Uint8Array, start: number, end: number, out: Uint16Array, at: number): number {
    const size = end - start;
    const prefixes = this.#prefixes;
    const { length, shorter } = prefixes;
    const dead = this.#clearDead(size);
    const generation = this.#generation;
    prefixes.load(bytes, start, end);
    let written = at;
    let position = 0;
    let token = size > 0 ? prefixes.longest(0) : NONE;
    while (position < size) {
      const next = position + length[token]!;
      if (dead[next] !== generation && (written === at || this.#neighbours.areAllowed(out[written - 1]!, token))) {
        out[written++] = token;
        position = next;
        if (next < size) token = prefixes.longest(next);
        continue;
      }
      token = shorter[token]!;
      if (token !== NONE) continue;
      if (written === at) throw new Error('no row of tokens fits the word: the merge list is not well-formed');
      dead[position] = generation;
      token = out[--written]!;
      position -= length[token]!;
    }
    return written;
  }

  /** Forgets the dead positions: a fresh generation in place of clearing an array per word. */
  #clearDead(size: number): Uint32Array {
    if (this.#dead.length <= size) {
      this.#dead = new Uint32Array(Math.max(2 * this.#dead.length, size + 1));
      this.#generation = 0;
    }
    if (++this.#generation > 0xffffffff) {
      this.#dead.fill(0);
      this.#generation = 1;
    }
    return this.#dead;
  }
}
