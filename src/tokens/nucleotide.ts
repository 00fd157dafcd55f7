/**
 * Tokens of a nucleotide sequence: `[CLS]`, byte pairs or words of fixed length, `[SEP]`, as `tokenizers` gives them
 * for the same `tokenizer.json` without truncation and padding.
 *
 * A byte is a character. What becomes of other bytes than A C G T: `BytePairs`, `FixedWords`.
 *
 * Token ids are Uint16: the vocabularies have some 4000 entries, and rows of tokens are held in rings and batches by the
 * million, where half the bytes of an Int32 row count for more than the conversion that a device needs anyway.
 */

import { AddedTokens } from './added-tokens.ts';
import { BytePairs } from './byte-pairs.ts';
import { FixedWords } from './fixed-words.ts';
import type { SequenceEncoder } from './sequence-encoder.ts';
import { bytesOfText } from './text.ts';
import { readTokenizerJson, type TokenizerDefinition } from './tokenizer-json.ts';

export class NucleotideTokenizer {
  /** One more than the highest token id. */
  readonly vocabularySize: number;
  readonly #sequences: SequenceEncoder;
  readonly #first: number;
  readonly #last: number;

  /**
   * @param json a parsed `tokenizer.json`
   * @param file its path as the user typed it, for messages
   * @throws UserError that names the setting which is missing, wrong or not implemented
   */
  static parse(json: unknown, file: string): NucleotideTokenizer {
    return new NucleotideTokenizer(readTokenizerJson(json, file));
  }

  private constructor(definition: TokenizerDefinition) {
    this.vocabularySize = definition.vocabularySize;
    this.#sequences = sequenceEncoder(definition);
    this.#first = definition.first;
    this.#last = definition.last;
  }

  /**
   * The most tokens a sequence of up to `bases` bytes can have, `[CLS]` and `[SEP]` included: one for each byte. Bases in
   * fixed words give a sixth of it; but a sequence can hold any byte (foreign ones are kept), and what reads as an added
   * token cuts words short. The room is taken once per Worker.
   */
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
    out[at] = this.#first;
    const written = this.#sequences.encodeSequence(bytes, start, end, out, at + 1);
    out[written] = this.#last;
    return written + 1 - at;
  }

  /** Tokens of a text; a character that is not ASCII counts as one byte that no vocabulary has. */
  encodeText(text: string): Uint16Array {
    const bytes = bytesOfText(text);
    const out = new Uint16Array(this.maxTokens(bytes.length));
    return out.slice(0, this.encode(bytes, 0, bytes.length, out, 0));
  }
}

function sequenceEncoder({ model, added: tokens, unknown }: TokenizerDefinition): SequenceEncoder {
  const added = new AddedTokens(tokens);
  switch (model.kind) {
    case 'byte-pairs':
      return new BytePairs(model.bpe, added, unknown);
    case 'fixed-words':
      return new FixedWords(model.words, added, unknown);
    default:
      throw new Error(model satisfies never);
  }
}
