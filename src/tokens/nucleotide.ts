/**
 * DNABERT-S tokens of a nucleotide sequence: `[CLS]`, byte pairs, `[SEP]`, as `tokenizers` gives them without truncation
 * and padding.
 *
 * A byte is a character. Letters of the vocabulary (A C G T, upper case) form words; ASCII white space ends a word and
 * gives no token; the text of an added token, such as `[MASK]`, gives that token; every other byte is one `[UNK]`.
 *
 * Token ids are Uint16: the vocabulary has 4096 entries, and rows of tokens are held in rings and batches by the
 * million, where half the bytes of an Int32 row count for more than the conversion that a device needs anyway.
 */

import { LongestMatch } from './longest-match.ts';
import { MergeByRank } from './merge-by-rank.ts';
import { bytesOfText } from './text.ts';
import { type AddedToken, readTokenizerJson, type TokenizerDefinition } from './tokenizer-json.ts';
import type { WordEncoder } from './word-encoder.ts';

/** What a byte can be; 0 is anything else. */
const LETTER = 1;
const SPACE = 2;
/** The first byte of an added token. */
const OPENING = 3;

export class NucleotideTokenizer {
  /** One more than the highest token id. */
  readonly vocabularySize: number;
  readonly #definition: TokenizerDefinition;
  readonly #words: WordEncoder;
  /** By byte, `[256]`. */
  readonly #kind = new Uint8Array(256);

  /**
   * @param json a parsed `tokenizer.json`
   * @param file its path as the user typed it, for messages
   * @throws UserError that names the setting which is missing, wrong or not implemented
   */
  static parse(json: unknown, file: string): NucleotideTokenizer {
    const definition = readTokenizerJson(json, file);
    return new NucleotideTokenizer(definition, LongestMatch.of(definition.bpe) ?? new MergeByRank(definition.bpe));
  }

  private constructor(definition: TokenizerDefinition, words: WordEncoder) {
    this.vocabularySize = definition.bpe.vocabularySize;
    this.#definition = definition;
    this.#words = words;
    for (const byte of [0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x20]) this.#kind[byte] = SPACE;
    for (const token of definition.added) this.#kind[token.bytes[0]!] = OPENING;
    for (const byte of definition.bpe.letterBytes) this.#kind[byte] = LETTER;
  }

  /** The most tokens a sequence of `bases` bytes can have, `[CLS]` and `[SEP]` included. */
  maxTokens(bases: number): number {
    return bases + 2;
  }

  /**
   * Tokens of `bytes[start..end)`.
   *
   * @param out receives the ids from `at` on; must have room for `maxTokens(end - start)` of them
   * @returns the number of tokens written, `[CLS]` and `[SEP]` included
   */
  encode(bytes: Uint8Array, start: number, end: number, out: Uint16Array, at: number): number {
    // A typed array drops what is written past its end without a word.
    if (out.length - at < this.maxTokens(end - start)) throw new Error('no room for the tokens of a sequence');
    const { first, last, unknown } = this.#definition;
    const kind = this.#kind;
    let written = at;
    out[written++] = first;
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
          const token = this.#addedTokenAt(bytes, position, end);
          out[written++] = token?.id ?? unknown;
          position += token?.bytes.length ?? 1;
          break;
        }
        default:
          out[written++] = unknown;
          position++;
      }
    }
    out[written++] = last;
    return written - at;
  }

  /** Tokens of a text; each character that is not ASCII is one `[UNK]`, or nothing where it is white space. */
  encodeText(text: string): Uint16Array {
    const bytes = bytesOfText(text);
    const out = new Uint16Array(this.maxTokens(bytes.length));
    return out.slice(0, this.encode(bytes, 0, bytes.length, out, 0));
  }

  /** The longest added token that stands at `position`. */
  #addedTokenAt(bytes: Uint8Array, position: number, end: number): AddedToken | undefined {
    let found: AddedToken | undefined;
    for (const token of this.#definition.added) {
      if (token.bytes.length <= (found?.bytes.length ?? 0) || position + token.bytes.length > end) continue;
      if (token.bytes.every((byte, i) => bytes[position + i] === byte)) found = token;
    }
    return found;
  }
}
