/**
 * Words of fixed lengths, cut from the start of the sequence: the longest as long as they fit, then the next length, at
 * the end single letters. With lengths 6, 3 and 1 and a sequence that begins with a codon, these are pairs of codons.
 *
 * A word that is not in the vocabulary (one with N, or in lower case) is one `[UNK]`, whatever its length; the words after it
 * are not moved by it. Two things end a word early, as in `tokenizers`, and cutting begins anew after them: the text of
 * an added token, such as `[MASK]`, which gives that token, and a run of line feeds, which gives one `[UNK]` (the point of
 * the pattern matches all characters but those). White space is a character like any other.
 */

import type { AddedTokens } from './added-tokens.ts';
import type { SequenceEncoder } from './sequence-encoder.ts';

/** Words of one length. */
export interface WordTable {
  /** Letters. */
  readonly length: number;
  /** Token id by number of the word, `[2 ** (bits * length)]`; the unknown token where there is no such word. */
  readonly ids: Uint16Array;
}

/** Checked by `readFixedWords`. */
export interface FixedWordList {
  /** The letters that words are made of; a letter's digit is its place here. No added token begins with one. */
  readonly letterBytes: Uint8Array;
  /** Of a digit. The number of a word is its digits put side by side, the first one highest; it has 20 bits at the most. */
  readonly bits: number;
  /** By length, which decreases to 1. */
  readonly tables: readonly WordTable[];
}

const LINE_FEED = 0x0a;
/** In place of a digit, for what is no letter: it makes the number of every word it is in negative. */
const NO_DIGIT = -1;

export class FixedWords implements SequenceEncoder {
  readonly #tables: readonly WordTable[];
  readonly #bits: number;
  /** By byte, `[256]`. */
  readonly #digit = new Int32Array(256).fill(NO_DIGIT);
  readonly #added: AddedTokens;
  readonly #unknown: number;

  /** @param unknown token id of a word that is not in the vocabulary */
  constructor({ letterBytes, bits, tables }: FixedWordList, added: AddedTokens, unknown: number) {
    this.#tables = tables;
    this.#bits = bits;
    letterBytes.forEach((byte, digit) => {
      this.#digit[byte] = digit;
    });
    this.#added = added;
    this.#unknown = unknown;
  }

  encodeSequence(bytes: Uint8Array, start: number, end: number, out: Uint16Array, at: number): number {
    const { length } = this.#tables[0]!;
    let written = at;
    let position = start;
    while (position < end) {
      const whole = this.#longestWords(bytes, position, end, out, written);
      position += (whole - written) * length;
      written = whole;
      if (position >= end) break;
      // A word with a character that is no letter, or what is left at the end.
      const stop = this.#stopIn(bytes, position, Math.min(position + length, end), end);
      written = this.#cut(bytes, position, stop, out, written);
      position = stop;
      if (position >= end) break;
      const token = this.#added.at(bytes, position, end);
      if (token !== undefined) {
        out[written++] = token.id;
        position += token.bytes.length;
      } else if (bytes[position] === LINE_FEED) {
        out[written++] = this.#unknown;
        while (position < end && bytes[position] === LINE_FEED) position++;
      }
    }
    return written;
  }

  /** Words of the greatest length and of nothing but letters. @returns the index after the last id written */
  #longestWords(bytes: Uint8Array, start: number, end: number, out: Uint16Array, at: number): number {
    const { length, ids } = this.#tables[0]!;
    const digit = this.#digit;
    const bits = this.#bits;
    if (length === 6) return sixes(ids, digit, bits, bytes, start, end, out, at);
    let written = at;
    for (let word = start; word + length <= end; word += length) {
      let number = 0;
      const behind = (word + length) | 0;
      for (let i = word; i < behind; i++) number = (number << bits) | digit[bytes[i]!]!;
      if (number < 0) break;
      out[written++] = ids[number]!;
    }
    return written;
  }

  /** The first place in `[from, to)` where a line feed or an added token stands, else `to`. */
  #stopIn(bytes: Uint8Array, from: number, to: number, end: number): number {
    for (let i = from; i < to; i++) {
      if (this.#digit[bytes[i]!]! >= 0) continue;
      if (bytes[i] === LINE_FEED || this.#added.at(bytes, i, end) !== undefined) return i;
    }
    return to;
  }

  /** Words of `bytes[start..end)`, in which there is no line feed and no added token. */
  #cut(bytes: Uint8Array, start: number, end: number, out: Uint16Array, at: number): number {
    let written = at;
    let position = start;
    for (const { length, ids } of this.#tables) {
      for (; position + length <= end; position += length) {
        let number = 0;
        for (let i = position; i < position + length; i++) number = (number << this.#bits) | this.#digit[bytes[i]!]!;
        out[written++] = number < 0 ? this.#unknown : ids[number]!;
      }
    }
    return written;
  }
}

/** `#longestWords` without a loop over letters, for pairs of codons: 1.5 times as fast. */
function sixes(
  ids: Uint16Array,
  digit: Int32Array,
  bits: number,
  bytes: Uint8Array,
  start: number,
  end: number,
  out: Uint16Array,
  at: number,
): number {
  let written = at;
  for (let i = start; i + 6 <= end; i += 6) {
    const first = (((digit[bytes[i]!]! << bits) | digit[bytes[i + 1]!]!) << bits) | digit[bytes[i + 2]!]!;
    const second = (((digit[bytes[i + 3]!]! << bits) | digit[bytes[i + 4]!]!) << bits) | digit[bytes[i + 5]!]!;
    const number = (first << (3 * bits)) | second;
    if (number < 0) break;
    out[written++] = ids[number]!;
  }
  return written;
}
