/**
 * Byte pairs of a sequence, as DNABERT-S has them.
 *
 * Letters of the vocabulary (A C G T, upper case) form words, which are encoded one by one; ASCII white space ends a word
 * and gives no token; the text of an added token, such as `[MASK]`, gives that token; every other byte is one `[UNK]`.
 */

import type { AddedTokens } from './added-tokens.ts';
import { LongestMatch } from './longest-match.ts';
import { MergeByRank } from './merge-by-rank.ts';
import type { SequenceEncoder } from './sequence-encoder.ts';
import type { Bpe, WordEncoder } from './word-encoder.ts';

/** What a byte can be; 0 is anything else. */
const LETTER = 1;
const SPACE = 2;
/** The first byte of an added token. */
const OPENING = 3;

export class BytePairs implements SequenceEncoder {
  readonly #words: WordEncoder;
  readonly #added: AddedTokens;
  readonly #unknown: number;
  /** By byte, `[256]`. */
  readonly #kind: Uint8Array;

  /** @param unknown token id of what is no letter */
  constructor(bpe: Bpe, added: AddedTokens, unknown: number) {
    this.#words = LongestMatch.of(bpe) ?? new MergeByRank(bpe);
    this.#added = added;
    this.#unknown = unknown;
    this.#kind = added.opens.map((opens) => (opens === 1 ? OPENING : 0));
    for (const byte of [0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x20]) this.#kind[byte] = SPACE;
    for (const byte of bpe.letterBytes) this.#kind[byte] = LETTER;
  }

  encodeSequence(bytes: Uint8Array, start: number, end: number, out: Uint16Array, at: number): number {
    const kind = this.#kind;
    let written = at;
    let position = start;
    while (position < end) {
      switch (kind[bytes[position]!]) {
        case LETTER: {
          const word = position;
          while (++position < end && kind[bytes[position]!] === LETTER);
          written = this.#words.encodeWord(bytes, word, position, out, written);
          break;
        }
        case SPACE:
          position++;
          break;
        case OPENING: {
          const token = this.#added.at(bytes, position, end);
          out[written++] = token?.id ?? this.#unknown;
          position += token?.bytes.length ?? 1;
          break;
        }
        default:
          out[written++] = this.#unknown;
          position++;
      }
    }
    return written;
  }
}
