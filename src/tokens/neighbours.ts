/**
 * Which two tokens may stand side by side: those whose joined text is encoded as these two. For well-formed merge lists.
 *
 * Two tokens clash when a merge over their border comes before the merges inside them that take the border's parts up.
 * The parts of the first token that ever touch the border are itself, its right part, that one's right part and so on;
 * those of the second are itself, its left part and so on. For a merge (l, r) of rank m it is therefore a clash if
 *   - l is such a part of the first token, and the merge that takes it up there, if any, has a rank above m;
 *   - r is such a part of the second token, and the merge that takes it up there, if any, has a rank of m or above
 *     (of two merges of equal rank the leftmost comes first, and that is the one over the border).
 * All clashes of all pairs are the union of these over all merges, built here from rows of bits in time linear in the
 * number of merges.
 */

import type { Bpe } from './word-encoder.ts';

/** 2 MiB of bits for the 4096 tokens of DNABERT-S; 8 MiB at most. */
const MOST_TOKENS = 8192;

/** `[tokens, tokens]` bits, row by row. */
class BitRows {
  readonly words: Uint32Array;
  readonly wordsPerRow: number;

  constructor(rows: number, tokens: number) {
    this.wordsPerRow = (tokens + 31) >>> 5;
    this.words = new Uint32Array(rows * this.wordsPerRow);
  }

  set(row: number, bit: number): void {
    const word = row * this.wordsPerRow + (bit >>> 5);
    this.words[word] = this.words[word]! | (1 << (bit & 31));
  }

  has(row: number, bit: number): boolean {
    return ((this.words[row * this.wordsPerRow + (bit >>> 5)]! >>> (bit & 31)) & 1) !== 0;
  }

  /** Row `row` of this gets the bits of row `from` of `other` as well. */
  unite(row: number, other: BitRows, from: number): void {
    const width = this.wordsPerRow;
    const target = this.words;
    const source = other.words;
    for (let i = row * width, j = from * width, end = i + width; i < end; i++, j++) target[i] = target[i]! | source[j]!;
  }
}

export class Neighbours {
  /** Row: first token; bit: second token; set when they clash. */
  readonly #clashes: BitRows;

  static takes(bpe: Bpe): boolean {
    return bpe.vocabularySize <= MOST_TOKENS;
  }

  constructor(bpe: Bpe) {
    this.#clashes = clashesOf(bpe);
  }

  /** Whether the text of the two tokens, both of which are the BPE of their own text, is encoded as these two. */
  areAllowed(first: number, second: number): boolean {
    return !this.#clashes.has(first, second);
  }
}

function clashesOf(bpe: Bpe): BitRows {
  const size = bpe.vocabularySize;
  const { left, right, merged } = bpe.merges;
  const secondTokens = clashingSecondTokens(bpe);
  /** Row l: what clashes with l itself at the border, by the merges seen so far. */
  const asWhole = new BitRows(size, size);
  /** Row t: what clashes with the parts of t, t itself not counted. */
  const clashes = new BitRows(size, size);
  for (let rank = 0; rank < merged.length; rank++) {
    const token = merged[rank]!;
    const part = right[rank]!;
    // The right part of the token touches the border until this rank, so only merges below it count.
    clashes.unite(token, asWhole, part);
    clashes.unite(token, clashes, part);
    asWhole.unite(left[rank]!, secondTokens, rank);
  }
  for (let token = 0; token < size; token++) clashes.unite(token, asWhole, token);
  return clashes;
}

/** Row: rank m of a merge (l, r); bits: the tokens in which r touches the left border and is not taken up before m. */
function clashingSecondTokens(bpe: Bpe): BitRows {
  const size = bpe.vocabularySize;
  const { left, right, merged } = bpe.merges;
  /** Row t: the tokens that t touches the left border of at some time, t itself included. */
  const beginWith = new BitRows(size, size);
  for (let token = 0; token < size; token++) beginWith.set(token, token);
  for (let rank = merged.length - 1; rank >= 0; rank--) beginWith.unite(left[rank]!, beginWith, merged[rank]!);

  const rows = new BitRows(merged.length, size);
  /** Row t: as above, but only with merges of the ranks seen so far, from the highest down, that take t up. */
  const notTakenUp = new BitRows(size, size);
  for (let token = 0; token < size; token++) notTakenUp.set(token, token);
  for (let rank = merged.length - 1; rank >= 0; rank--) {
    notTakenUp.unite(left[rank]!, beginWith, merged[rank]!);
    rows.unite(rank, notTakenUp, right[rank]!);
  }
  return rows;
}
