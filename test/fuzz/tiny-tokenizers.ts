/** A tokenizer.json of each kind that is read, as small as it can be. */

import type { Json } from './json.ts';

const SPECIAL = ['[UNK]', '[CLS]', '[SEP]'];
const LETTERS = ['A', 'C', 'G', 'T'];

export function tinyTokenizers(): readonly Json[] {
  return [fixedWords(), bytePairs(false), bytePairs(true)];
}

function fixedWords(): Json {
  const pairs = LETTERS.flatMap((a) => LETTERS.map((b) => a + b));
  const vocab = vocabularyOf([...SPECIAL, ...LETTERS, ...pairs]);
  const cutter = { type: 'Split', pattern: { Regex: '.{2}|.' }, behavior: 'Isolated', invert: false };
  return whole(cutter, { type: 'WordLevel', vocab, unk_token: '[UNK]' });
}

/** @param isNew merges as pairs, as newer versions write them */
function bytePairs(isNew: boolean): Json {
  const merges = [
    ['A', 'C'],
    ['G', 'T'],
    ['AC', 'GT'],
  ];
  const vocab = vocabularyOf([...SPECIAL, ...LETTERS, 'AC', 'GT', 'ACGT']);
  const settings = { dropout: null, unk_token: '[UNK]', fuse_unk: false, byte_fallback: false };
  const written = isNew ? merges : merges.map((pair) => pair.join(' '));
  return whole({ type: 'Whitespace' }, { type: 'BPE', ...settings, vocab, merges: written });
}

function whole(cutter: Json, model: Json): Json {
  const special = (id: string): Json => ({ SpecialToken: { id, type_id: 0 } });
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: SPECIAL.map((content, id) => ({
      ...{ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true },
    })),
    normalizer: null,
    pre_tokenizer: cutter,
    post_processor: {
      type: 'TemplateProcessing',
      single: [special('[CLS]'), { Sequence: { id: 'A', type_id: 0 } }, special('[SEP]')],
      special_tokens: {
        '[CLS]': { id: '[CLS]', ids: [1], tokens: ['[CLS]'] },
        '[SEP]': { id: '[SEP]', ids: [2], tokens: ['[SEP]'] },
      },
    },
    decoder: null,
    model,
  };
}

function vocabularyOf(texts: readonly string[]): Json {
  return Object.fromEntries(texts.map((text, id) => [text, id]));
}
