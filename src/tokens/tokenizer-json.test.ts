import { describe, expect, test } from 'bun:test';
import { jsonFixture } from '../../test/helpers/fixtures.ts';
import { UserError } from '../system/errors.ts';
import { readTokenizerJson } from './tokenizer-json.ts';

type Json = { [key: string]: Json } | Json[] | string | number | boolean | null;

const published = await jsonFixture<Json>('dnaberts', 'hf_safetensors', 'tokenizer.json');

/** A copy of the published file with the value at a path such as `model.merges.0` set, or taken out. */
function changed(path: string, value: Json | undefined): Json {
  const copy = structuredClone(published);
  const keys = path.split('.');
  const last = keys.pop()!;
  let place = copy as { [key: string]: Json };
  for (const key of keys) place = place[key] as { [key: string]: Json };
  if (value === undefined) delete place[last];
  else place[last] = value;
  return copy;
}

function refusalOf(json: unknown): UserError {
  try {
    readTokenizerJson(json, 'my/tokenizer.json');
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('the tokenizer was taken');
}

describe('the published file', () => {
  const definition = readTokenizerJson(published, 'tokenizer.json');

  test('is taken', () => {
    const { model } = definition;
    if (model.kind !== 'byte-pairs') throw new Error(`it was read as ${model.kind}`);
    expect([definition.vocabularySize, model.bpe.vocabularySize]).toEqual([4096, 4096]);
    expect(new TextDecoder().decode(model.bpe.letterBytes)).toBe('ACGT');
    expect([...model.bpe.letterIds]).toEqual([5, 6, 7, 8]);
    expect(model.bpe.merges.merged).toHaveLength(4087);
    expect([definition.unknown, definition.first, definition.last]).toEqual([0, 1, 2]);
    expect(definition.added.map((token) => token.id)).toEqual([0, 1, 2, 3, 4]);
  });

  test('means the same without its truncation, padding and decoder, and with merges as pairs', () => {
    const merges = (published as { model: { merges: string[] } }).model.merges.map((merge) => merge.split(' '));
    for (const json of [
      changed('truncation', null),
      changed('padding', undefined),
      changed('decoder', { type: 'BPEDecoder' }),
      changed('model.merges', merges),
    ]) {
      expect(readTokenizerJson(json, 'tokenizer.json')).toEqual(definition);
    }
  });
});

describe('a setting that is not implemented is refused by name', () => {
  const settings: [path: string, value: Json | undefined, named: string][] = [
    ['version', '2.0', 'version'],
    ['normalizer', { type: 'Lowercase' }, 'normalizer is Lowercase'],
    ['pre_tokenizer', null, 'pre_tokenizer'],
    ['pre_tokenizer.type', 'ByteLevel', 'pre_tokenizer.type is "ByteLevel"'],
    ['pre_tokenizer.add_prefix_space', true, 'pre_tokenizer.add_prefix_space'],
    ['post_processor', null, 'post_processor'],
    ['post_processor.type', 'BertProcessing', 'post_processor.type'],
    ['post_processor.single', [{ Sequence: { id: 'A', type_id: 0 } }], 'post_processor.single'],
    ['post_processor.single.1.Sequence.id', 'B', 'post_processor.single'],
    ['post_processor.single.3', { SpecialToken: { id: '[SEP]', type_id: 0 } }, 'post_processor.single'],
    ['post_processor.special_tokens.[CLS].ids', [1, 1], 'post_processor.special_tokens.[CLS].ids'],
    ['post_processor.special_tokens.[SEP].ids.0', 4096, 'post_processor.special_tokens.[SEP].ids'],
    ['model.type', 'WordPiece', 'model.type'],
    ['model.type', undefined, 'model.type'],
    ['model.dropout', 0.1, 'model.dropout'],
    ['model.continuing_subword_prefix', '##', 'model.continuing_subword_prefix'],
    ['model.end_of_word_suffix', '</w>', 'model.end_of_word_suffix'],
    ['model.fuse_unk', true, 'model.fuse_unk'],
    ['model.byte_fallback', true, 'model.byte_fallback'],
    ['model.ignore_merges', true, 'model.ignore_merges'],
    ['model.unheard_of', true, 'model.unheard_of'],
    ['unheard_of', true, 'unheard_of'],
    ['added_tokens.0.single_word', true, 'added_tokens[0].single_word'],
    ['added_tokens.1.lstrip', true, 'added_tokens[1].lstrip'],
    ['added_tokens.2.rstrip', true, 'added_tokens[2].rstrip'],
    ['added_tokens.3.normalized', true, 'added_tokens[3].normalized'],
  ];
  test.each(settings)('%s = %j', (path, value, named) => {
    const refusal = refusalOf(changed(path, value));
    expect(refusal.message).toStartWith('my/tokenizer.json: ');
    expect(refusal.sentence).toContain(named);
  });
});

describe('a file that contradicts itself is refused', () => {
  const faults: [path: string, value: Json | undefined, sentence: string][] = [
    ['model.unk_token', '[UNKNOWN]', 'model.unk_token is not in model.vocab'],
    ['model.unk_token', null, 'model.unk_token is null'],
    ['model.vocab', undefined, 'model.vocab is missing'],
    ['model.vocab', {}, 'model.unk_token is not in model.vocab'],
    ['model.vocab.AAAAAAAAA', 70000, 'an integer from 0 to 65535'],
    ['model.vocab.AAAAAAAAA', -1, 'an integer from 0 to 65535'],
    ['model.vocab.AAAAAAAAA', 1.5, 'an integer from 0 to 65535'],
    ['model.vocab.AAAAAAAAA', 8, 'id 8 occurs twice'],
    ['model.vocab.-', 5000, 'one-character token "-"'],
    ['model.vocab.é', 5000, 'one-character token "é"'],
    ['model.merges', {}, 'model.merges is of type object'],
    ['model.merges.7', 'A', 'model.merges[7] is not a pair'],
    ['model.merges.7', 'A A A', 'model.merges[7] is not a pair'],
    ['model.merges.7', ['A', 1], 'model.merges[7] is of type number'],
    ['model.merges.7', 'A N', 'model.merges[7] uses "N"'],
    ['model.merges.7', 'A A', 'model.merges[7] repeats'],
    ['model.merges.0', '[UNK] A', 'model.merges[0] uses "[UNK]A"'],
    ['added_tokens.4.id', 3.5, 'added_tokens[4].id'],
    ['added_tokens.4.id', 7, 'added_tokens[4].id is another'],
    ['added_tokens.4.content', '', 'added_tokens[4].content'],
    ['added_tokens.4.content', ' [M]', 'added_tokens[4].content'],
    ['added_tokens.4.content', 'T[M]', 'begins with "T"'],
  ];
  test.each(faults)('%s = %j', (path, value, sentence) => {
    expect(refusalOf(changed(path, value)).sentence).toContain(sentence);
  });

  test('merges of the unknown token', () => {
    const json = changed('model.vocab.[UNK]A', 4096) as { model: { merges: string[] } };
    json.model.merges.push('[UNK] A');
    expect(refusalOf(json).sentence).toContain('model.merges[4087] merges the unknown token');
  });

  test('a file that is no object', () => {
    for (const json of [null, [], 'text', 1]) expect(refusalOf(json).sentence).toContain('an object is needed');
  });
});
