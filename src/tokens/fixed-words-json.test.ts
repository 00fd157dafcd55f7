import { describe, expect, test } from 'bun:test';
import { codonTokenizer } from '../../test/helpers/codon-tokenizer.ts';
import { UserError } from '../system/errors.ts';
import { readTokenizerJson } from './tokenizer-json.ts';

const mini = codonTokenizer();
type Changes = Readonly<Record<string, unknown>>;

/** Copies of the file with other settings of its pre-tokenizer or its model; undefined takes a setting away. */
const withCutter = (change: Changes) => ({ ...mini, pre_tokenizer: { ...mini.pre_tokenizer, ...change } });
const withPattern = (Regex: unknown) => withCutter({ pattern: { Regex } });
const withModel = (change: Changes) => ({ ...mini, model: { ...mini.model, ...change } });
const withWords = (words: Changes) => withModel({ vocab: { ...mini.model.vocab, ...words } });
const withAdded = (content: string) => ({
  ...mini,
  added_tokens: [...mini.added_tokens, { ...mini.added_tokens[0], id: 5000, content }],
});

function wordsOf(json: unknown) {
  const { model } = readTokenizerJson(JSON.parse(JSON.stringify(json)), 'my/tokenizer.json');
  if (model.kind !== 'fixed-words') throw new Error(`it was read as ${model.kind}`);
  return model.words;
}

function refusalOf(json: unknown): UserError {
  try {
    wordsOf(json);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('the tokenizer was taken');
}

describe('the file of mini', () => {
  test('is this rule', async () => {
    const file = Bun.file(new URL('../../models/mini/tokenizer.json', import.meta.url));
    const json: unknown = await file.json();
    expect(json).toEqual(JSON.parse(JSON.stringify(mini)));
  });

  test('has special tokens, bases, codons, and pairs of codons by the number of both', () => {
    const { vocab } = mini.model;
    expect(Object.keys(vocab).slice(0, 11)).toEqual([
      ...['[UNK]', '[CLS]', '[SEP]', '[PAD]', '[MASK]'],
      ...['A', 'C', 'G', 'T', 'AAA', 'AAC'],
    ]);
    expect([vocab['TTT'], vocab['AAAAAA'], vocab['AAAAAC'], vocab['GATTAC']]).toEqual([72, 73, 74, 73 + 64 * 35 + 49]);
    expect(Object.values(vocab)).toEqual(Array.from({ length: 4169 }, (_, id) => id));
    expect(vocab['TTTTTT']).toBe(4168);
  });

  test('is taken', () => {
    const definition = readTokenizerJson(mini, 'tokenizer.json');
    expect(definition.vocabularySize).toBe(4169);
    expect([definition.unknown, definition.first, definition.last]).toEqual([0, 1, 2]);
    expect(definition.added.map(({ id }) => id)).toEqual([0, 1, 2, 3, 4]);
    const { letterBytes, bits, tables } = wordsOf(mini);
    expect(new TextDecoder().decode(letterBytes)).toBe('ACGT');
    expect(bits).toBe(2);
    expect(tables.map(({ length, ids }) => [length, ids.length, ids[0], ids.at(-1)])).toEqual([
      [6, 4096, 73, 4168],
      [3, 64, 9, 72],
      [1, 4, 5, 8],
    ]);
  });
});

describe('what else is taken', () => {
  test.each([['.'], ['.{2}|.'], ['.{10}|.{9}|.{3}|.']])('the pattern %s', (pattern) => {
    const lengths = wordsOf(withPattern(pattern)).tables.map(({ length }) => length);
    expect(lengths.at(-1)).toBe(1);
    expect(lengths).toHaveLength(pattern.split('|').length);
  });

  test('a fifth letter takes a third bit', () => {
    const { bits, letterBytes } = wordsOf(withWords({ N: 4169 }));
    expect([bits, new TextDecoder().decode(letterBytes)]).toEqual([3, 'ACGNT']);
  });

  test('one letter', () => {
    const { bits, tables } = wordsOf(withModel({ vocab: { '[UNK]': 0, '[CLS]': 1, '[SEP]': 2, A: 5, AAA: 6 } }));
    expect(bits).toBe(1);
    expect(tables.map(({ ids }) => ids[0])).toEqual([0, 6, 5]);
  });

  test('a word of a length that is never cut counts as a token, and is none', () => {
    const json = withWords({ AC: 4200 });
    expect(readTokenizerJson(json, 'tokenizer.json').vocabularySize).toBe(4201);
    expect(wordsOf(json).tables).toEqual(wordsOf(mini).tables);
  });
});

describe('what is not implemented is refused by name', () => {
  const settings: [what: string, json: unknown, named: string][] = [
    ['no cutter', { ...mini, pre_tokenizer: null }, 'pre_tokenizer is null'],
    ['byte pairs with it', withModel({ type: 'BPE' }), 'pre_tokenizer.'],
    ['white space', withCutter({ type: 'Whitespace' }), 'pre_tokenizer.type is "Whitespace", only "Split"'],
    ['other behavior', withCutter({ behavior: 'Removed' }), 'pre_tokenizer.behavior is "Removed"'],
    ['the inverse', withCutter({ invert: true }), 'pre_tokenizer.invert'],
    ['no word about the inverse', withCutter({ invert: undefined }), 'pre_tokenizer.invert is missing'],
    ['a setting', withCutter({ add_prefix_space: true }), 'pre_tokenizer.add_prefix_space'],
    ['a plain text', withCutter({ pattern: { String: 'ACG' } }), 'pre_tokenizer.pattern.String'],
    ['no pattern', withCutter({ pattern: undefined }), 'pre_tokenizer.pattern is missing'],
    ['a number', withPattern(6), 'pre_tokenizer.pattern.Regex is of type number'],
    ['a normalizer', { ...mini, normalizer: { type: 'Lowercase' } }, 'normalizer is Lowercase'],
    ['merges', withModel({ merges: [] }), 'model.merges'],
    ['no unknown token', withModel({ unk_token: '?' }), 'model.unk_token is not in model.vocab'],
    ['no template', { ...mini, post_processor: null }, 'post_processor is null'],
    ['a word of other characters', withWords({ 'A-C': 4169 }), 'model.vocab has the word "A-C"'],
    ['a word of line feeds', withWords({ '\n': 4169 }), 'model.vocab has the word "\\n"'],
    ['a word beyond ASCII', withWords({ é: 4169 }), 'model.vocab has the word "é"'],
    ['the empty word', withWords({ '': 4169 }), 'model.vocab has the word ""'],
    ['no words', withModel({ vocab: { '[UNK]': 0, '[CLS]': 1, '[SEP]': 2 } }), 'no word of letters'],
    ['an added token of letters', withAdded('TAA!'), 'begins with "T"'],
    ['long words', withPattern('.{11}|.'), 'words of 11 letters from an alphabet of 4'],
  ];
  test.each(settings)('%s', (_, json, named) => {
    const refusal = refusalOf(json);
    expect(refusal.message).toStartWith('my/tokenizer.json: ');
    expect(refusal.sentence).toContain(named);
  });

  const patterns = [
    '',
    '.{6}',
    '.{3}|.{6}|.',
    '.{6}|.{6}|.',
    '.{6}|..',
    '.{6}|.|.',
    '.{1}|.',
    '.{06}|.',
    '.{6}|.?',
    'A|.',
  ];
  patterns.push('.{6,}|.', '.{2,6}|.', '.{6}|.|', '|.', '.{0}|.', '(?s).{6}|.', '.{6} |.', '[ACGT]{6}|.', '.{6}|.\n');
  test.each(patterns)('the pattern %j', (pattern) => {
    expect(refusalOf(withPattern(pattern)).sentence).toContain(
      `pre_tokenizer.pattern.Regex is ${JSON.stringify(pattern)}`,
    );
  });
});
