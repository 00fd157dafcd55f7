/** The tokenizer of `mini` by its rule: `models/mini/tokenizer.json` is this object. */

const SPECIAL = ['[UNK]', '[CLS]', '[SEP]', '[PAD]', '[MASK]'];
const BASES = [...'ACGT'];

/** Ids 0 to 4 special tokens, 5 to 8 bases, 9 to 72 codons, from 73 on `73 + 64 * first + second` for pairs of codons. */
export function codonTokenizer() {
  const codons = BASES.flatMap((a) => BASES.flatMap((b) => BASES.map((c) => a + b + c)));
  const pairs = codons.flatMap((first) => codons.map((second) => first + second));
  const words = [...SPECIAL, ...BASES, ...codons, ...pairs];
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: SPECIAL.map((content, id) => ({
      ...{ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true },
    })),
    normalizer: null,
    pre_tokenizer: { type: 'Split', pattern: { Regex: '.{6}|.{3}|.' }, behavior: 'Isolated', invert: false },
    post_processor: {
      type: 'TemplateProcessing',
      single: [special('[CLS]', 0), sequence('A', 0), special('[SEP]', 0)],
      pair: [special('[CLS]', 0), sequence('A', 0), special('[SEP]', 0), sequence('B', 1), special('[SEP]', 1)],
      special_tokens: {
        '[CLS]': { id: '[CLS]', ids: [1], tokens: ['[CLS]'] },
        '[SEP]': { id: '[SEP]', ids: [2], tokens: ['[SEP]'] },
      },
    },
    decoder: null,
    model: {
      type: 'WordLevel',
      vocab: Object.fromEntries(words.map((word, id) => [word, id])),
      unk_token: '[UNK]',
    },
  };
}

function special(id: string, type: number) {
  return { SpecialToken: { id, type_id: type } };
}

function sequence(id: string, type: number) {
  return { Sequence: { id, type_id: type } };
}
