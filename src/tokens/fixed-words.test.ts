import { describe, expect, test } from 'bun:test';
import { codonTokenizer } from '../../test/helpers/codon-tokenizer.ts';
import { NucleotideTokenizer } from './nucleotide.ts';

const json = codonTokenizer();
const tokenizer = NucleotideTokenizer.parse(json, 'tokenizer.json');
const tokens = (text: string) => [...tokenizer.encodeText(text)];

const [UNK, CLS, SEP, MASK] = [0, 1, 2, 4];
const [A, C, G, T] = [5, 6, 7, 8];
const { vocab } = json.model;

describe('encode', () => {
  test('pairs of codons, a codon, letters', () => {
    expect(tokens('')).toEqual([CLS, SEP]);
    expect(tokens('ACGTA')).toEqual([CLS, 15, T, A, SEP]);
    expect(tokens('ACGTAC')).toEqual([CLS, 73 + 64 * 6 + 49, SEP]);
    expect(tokens('ACGTACGTACGTACGTA')).toEqual([CLS, 506, 2916, 15, T, A, SEP]);
  });

  test('takes the range it is given and writes where it is told', () => {
    const bytes = new TextEncoder().encode('TTTACGTACGGAAA');
    const out = new Uint16Array(15).fill(9999);
    expect(tokenizer.encode(bytes, 3, 11, out, 2)).toBe(5);
    expect([...out.subarray(0, 8)]).toEqual([9999, 9999, CLS, 506, G, G, SEP, 9999]);
    expect(tokenizer.encode(bytes, 4, 4, out, 9)).toBe(2);
  });

  test('the most tokens are one per byte and two more', () => {
    const bytes = new TextEncoder().encode('A\n'.repeat(20));
    const out = new Uint16Array(tokenizer.maxTokens(40));
    expect(tokenizer.encode(bytes, 0, 40, out, 0)).toBe(42);
    expect(() => tokenizer.encode(bytes, 0, 40, out, 1)).toThrow('no room');
  });
});

describe('characters', () => {
  test('a word with anything that is no base is one [UNK], and moves nothing', () => {
    for (const odd of ['N', 'a', ' ', '\t', '\r', '-', '[', '\0', 'é', '😀', '\u2028', '\u0085']) {
      for (let at = 0; at < 6; at++) {
        const word = `${'ACGTAC'.slice(0, at)}${odd}${'ACGTAC'.slice(at + 1)}`;
        expect(tokens(`ACGTAC${word}TTTTTTA`)).toEqual([CLS, 506, UNK, 4168, A, SEP]);
        expect(tokens(word.replace('ACGTAC', ''))).toEqual([CLS, UNK, SEP]);
      }
      expect(tokens(`ACG${odd}AC`.repeat(2))).toEqual([CLS, UNK, UNK, SEP]);
      expect(tokens(`A${odd}GC${odd}`)).toEqual([CLS, UNK, C, UNK, SEP]);
    }
  });

  test('every single byte that is no base is one [UNK]', () => {
    const out = new Uint16Array(3);
    for (let byte = 0; byte < 256; byte++) {
      const expected = vocab[String.fromCharCode(byte)] ?? UNK;
      expect(tokenizer.encode(Uint8Array.of(byte), 0, 1, out, 0)).toBe(3);
      expect({ byte, id: out[1] }).toEqual({ byte, id: expected });
    }
  });

  test('the text of an added token is that token, ends a word, and cutting begins anew behind it', () => {
    expect(tokens('ACGT[MASK]ACGTACA')).toEqual([CLS, 15, T, MASK, 506, A, SEP]);
    expect(tokens('[MASK]')).toEqual([CLS, MASK, SEP]);
    expect(tokens('[[SEP][UNK]')).toEqual([CLS, UNK, SEP, UNK, SEP]);
    expect(tokens('ACGTAC[MASK')).toEqual([CLS, 506, UNK, UNK, UNK, SEP]);
    expect(tokens('ACNACG[MASK]')).toEqual([CLS, UNK, MASK, SEP]);
  });

  test('a run of line feeds is one [UNK], ends a word, and cutting begins anew behind it', () => {
    expect(tokens('\n')).toEqual([CLS, UNK, SEP]);
    expect(tokens('AC\n\n\nACGTACG\n')).toEqual([CLS, A, C, UNK, 506, G, UNK, SEP]);
    expect(tokens('\n[MASK]\n\nA')).toEqual([CLS, UNK, MASK, UNK, A, SEP]);
  });

  test('an added token is not looked for behind the end of the range', () => {
    const bytes = new TextEncoder().encode('AC[MASK]');
    const out = new Uint16Array(10);
    const written = tokenizer.encode(bytes, 0, 7, out, 0);
    expect([...out.subarray(0, written)]).toEqual([CLS, UNK, UNK, SEP]);
  });
});

test('an unknown token that is not 0, and words that are missing', () => {
  const other = NucleotideTokenizer.parse(
    {
      ...json,
      added_tokens: [],
      pre_tokenizer: { ...json.pre_tokenizer, pattern: { Regex: '.{2}|.' } },
      model: { ...json.model, vocab: { A: 0, AC: 1, CA: 2, '[UNK]': 7 } },
    },
    'other.json',
  );
  expect(other.vocabularySize).toBe(8);
  expect([...other.encodeText('ACCAAANAA')]).toEqual([CLS, 1, 2, 7, 7, 0, SEP]);
  expect([...other.encodeText('C\nN')]).toEqual([CLS, 7, 7, 7, SEP]);
});
