/**
 * Words of fixed lengths on generated input: against slices of the text, for any lengths and vocabulary, and the tokenizer
 * of `mini` against `@huggingface/tokenizers`.
 */

import { describe, expect, test } from 'bun:test';
import { Tokenizer } from '@huggingface/tokenizers';
import fc from 'fast-check';
import { NucleotideTokenizer } from '../../src/tokens/nucleotide.ts';
import { codonTokenizer } from '../helpers/codon-tokenizer.ts';

const mini = codonTokenizer();

/** What stands in a sequence, and now and then what does not: other letters, brackets, added tokens, line feeds. */
const piece = fc.oneof(
  { weight: 20, arbitrary: fc.string({ unit: fc.constantFrom(...'ACGT'), maxLength: 40 }) },
  { weight: 3, arbitrary: fc.constantFrom('N', 'NNN', 'a', 'acg', 'R', '-', '*', ' ', '[', ']', '\0', '~', '\t') },
  {
    weight: 1,
    arbitrary: fc.constantFrom('[MASK]', '[UNK]', '[SEP]', '[MAS', '[[PAD]', '\n', '\n\n', '\r', 'é', '😀'),
  },
);
const sequence = fc.array(piece, { maxLength: 30, size: 'max' }).map((pieces) => pieces.join(''));

/** A part that is no run of words: an added token or line feeds. */
const APART = /(\[(?:UNK|CLS|SEP|PAD|MASK)\]|\n+)/u;

/** The rule as plainly as it can be written: the text is cut at the parts apart, what lies between into slices. */
function slices(text: string, lengths: readonly number[]): string[] {
  return text.split(APART).flatMap((part) => {
    if (APART.test(part)) return [part];
    const characters = [...part];
    const words: string[] = [];
    while (characters.length > 0) {
      const length = lengths.find((one) => one <= characters.length)!;
      words.push(characters.splice(0, length).join(''));
    }
    return words;
  });
}

function plainIds(text: string, lengths: readonly number[], vocab: Readonly<Record<string, number>>): number[] {
  return [1, ...slices(text, lengths).map((word) => vocab[word] ?? 0), 2];
}

describe('fixed words', () => {
  test('the tokenizer of mini equals slices', () => {
    const tokenizer = NucleotideTokenizer.parse(mini, 'tokenizer.json');
    fc.assert(
      fc.property(sequence, (text) => {
        expect([...tokenizer.encodeText(text)]).toEqual(plainIds(text, [6, 3, 1], mini.model.vocab));
      }),
      { numRuns: 5000 },
    );
  });

  test('any lengths and any vocabulary equal slices', () => {
    const recipe = fc.record({
      longer: fc.uniqueArray(fc.integer({ min: 2, max: 6 }), { maxLength: 4 }),
      letters: fc.constantFrom('A', 'AC', 'ACGT', 'ACGTN', 'ACGTNRY'),
      words: fc.array(fc.string({ unit: fc.constantFrom(...'ACGTNRY'), minLength: 1, maxLength: 6 }), {
        maxLength: 60,
        size: 'max',
      }),
      texts: fc.array(sequence, { minLength: 1, maxLength: 8 }),
    });
    fc.assert(
      fc.property(recipe, ({ longer, letters, words, texts }) => {
        const lengths = [...longer.sort((a, b) => b - a), 1];
        const special = Object.entries(mini.model.vocab).slice(0, 5);
        const known = new Set([...letters, ...words.filter((word) => [...word].every((one) => letters.includes(one)))]);
        const vocab = Object.fromEntries([...special, ...[...known].map((word, i) => [word, 7 + 2 * i] as const)]);
        const Regex = lengths.map((length) => (length === 1 ? '.' : `.{${length}}`)).join('|');
        const tokenizer = NucleotideTokenizer.parse(
          {
            ...mini,
            pre_tokenizer: { ...mini.pre_tokenizer, pattern: { Regex } },
            model: { ...mini.model, vocab },
          },
          'tokenizer.json',
        );
        for (const text of texts) {
          expect([...tokenizer.encodeText(text)]).toEqual(plainIds(text, lengths, vocab));
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('the tokenizer of mini equals @huggingface/tokenizers', () => {
    const reference = new Tokenizer(mini, { unk_token: '[UNK]' });
    const tokenizer = NucleotideTokenizer.parse(mini, 'tokenizer.json');
    fc.assert(
      // In JavaScript, unlike in the library that wrote the stored cases, the point matches no carriage return.
      fc.property(
        sequence.filter((text) => !text.includes('\r')),
        (text) => {
          expect([...tokenizer.encodeText(text)]).toEqual(reference.encode(text).ids);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
