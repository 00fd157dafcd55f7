import { describe, expect, test } from 'bun:test';
import { jsonFixture } from '../../test/helpers/fixtures.ts';
import { NucleotideTokenizer } from './nucleotide.ts';

const json = await jsonFixture<unknown>('dnaberts', 'hf_safetensors', 'tokenizer.json');
const tokenizer = NucleotideTokenizer.parse(json, 'tokenizer.json');
const tokens = (text: string) => [...tokenizer.encodeText(text)];

const [UNK, CLS, SEP, MASK] = [0, 1, 2, 4];

test('the vocabulary of DNABERT-S', () => {
  expect(tokenizer.vocabularySize).toBe(4096);
});

describe('encode', () => {
  const bytes = new TextEncoder().encode('TTTACGTNAAA');

  test('takes the range it is given and writes where it is told', () => {
    const out = new Uint16Array(12).fill(9999);
    expect(tokenizer.encode(bytes, 3, 8, out, 2)).toBe(6);
    expect([...out]).toEqual([9999, 9999, CLS, 5, 6, 1049, UNK, SEP, 9999, 9999, 9999, 9999]);
  });

  test('an empty range is [CLS] [SEP]', () => {
    const out = new Uint16Array(2);
    expect(tokenizer.encode(bytes, 4, 4, out, 0)).toBe(2);
    expect([...out]).toEqual([CLS, SEP]);
  });

  test('the most tokens are one per base and two more', () => {
    const unknown = new Uint8Array(50).fill('N'.charCodeAt(0));
    const out = new Uint16Array(tokenizer.maxTokens(50));
    expect(tokenizer.encode(unknown, 0, 50, out, 0)).toBe(52);
  });

  test('too little room is refused before anything is written', () => {
    const out = new Uint16Array(tokenizer.maxTokens(5));
    expect(() => tokenizer.encode(bytes, 3, 8, out, 1)).toThrow('no room');
    expect([...out]).toEqual(new Array(7).fill(0));
  });

  test('a short word after a long one gives what it gives alone', () => {
    const fresh = NucleotideTokenizer.parse(json, 'tokenizer.json');
    const short = [...fresh.encodeText('ACGTACG')];
    fresh.encodeText('ACGTTGCA'.repeat(500));
    expect([...fresh.encodeText('ACGTACG')]).toEqual(short);
  });
});

describe('characters', () => {
  test('every byte that is no letter and no white space is one [UNK]', () => {
    const out = new Uint16Array(3);
    for (let byte = 0; byte < 256; byte++) {
      const character = String.fromCharCode(byte);
      if ('ACGT'.includes(character)) continue;
      const expected = [9, 10, 11, 12, 13, 32].includes(byte) ? [CLS, SEP] : [CLS, UNK, SEP];
      const written = tokenizer.encode(Uint8Array.of(byte), 0, 1, out, 0);
      expect({ byte, ids: [...out.subarray(0, written)] }).toEqual({ byte, ids: expected });
    }
  });

  test('a space ends a word', () => {
    expect(tokens('A A')).toEqual([CLS, 5, 5, SEP]);
    expect(tokens('AA')).toEqual([CLS, 9, SEP]);
  });

  test('beyond ASCII, a character is one [UNK] and white space is nothing', () => {
    expect(tokens('Aé😀\u0301A')).toEqual([CLS, 5, UNK, UNK, UNK, 5, SEP]);
    expect(tokens('A\u0085\u00a0\u3000A')).toEqual([CLS, 5, 5, SEP]);
  });

  test('the text of an added token is that token', () => {
    expect(tokens('A[MASK]A')).toEqual([CLS, 5, MASK, 5, SEP]);
    expect(tokens('[[SEP]')).toEqual([CLS, UNK, SEP, SEP]);
    expect(tokens('[MASK')).toEqual([CLS, UNK, UNK, 5, UNK, UNK, SEP]);
  });
});

describe('a tokenizer of another kind', () => {
  const added = { single_word: false, lstrip: false, rstrip: false, normalized: false };
  const odd = NucleotideTokenizer.parse(
    {
      version: '1.0',
      added_tokens: [
        { ...added, id: 0, content: '[UNK]' },
        { ...added, id: 9, content: '[MASK]' },
        { ...added, id: 10, content: '[' },
      ],
      pre_tokenizer: { type: 'Whitespace' },
      post_processor: {
        type: 'TemplateProcessing',
        single: [{ SpecialToken: { id: 'begin' } }, { Sequence: { id: 'A' } }, { SpecialToken: { id: 'end' } }],
        special_tokens: { begin: { ids: [1] }, end: { ids: [2] } },
      },
      model: {
        type: 'BPE',
        unk_token: '[UNK]',
        vocab: { '[UNK]': 0, A: 3, T: 4, C: 5, AT: 6, TC: 7, ATC: 8 },
        // TC is used before it is made, and ATC is made in two ways.
        merges: [
          ['A', 'TC'],
          ['T', 'C'],
          ['A', 'T'],
          ['AT', 'C'],
        ],
      },
    },
    'odd.json',
  );

  test('a merge list that is not well-formed is encoded by rank', () => {
    expect([...odd.encodeText('ATCATGA')]).toEqual([1, 8, 6, 0, 3, 2]);
  });

  test('the longest added token wins, and ids beyond the vocabulary count', () => {
    expect([...odd.encodeText('A[MASK]A[')]).toEqual([1, 3, 9, 3, 10, 2]);
    expect(odd.vocabularySize).toBe(11);
  });
});
