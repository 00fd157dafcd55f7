/**
 * Reads a Hugging Face `tokenizer.json` of the kind DNABERT-S has, and refuses every setting that is not implemented,
 * so that no file is ever tokenised in another way than its authors meant.
 *
 * What is implemented: BPE over ASCII letters and digits, no normaliser, the `Whitespace` pre-tokeniser, one unknown
 * token per unknown character, a template of one token before and one after, added tokens matched as they stand.
 * The stored truncation and padding, the template for pairs and the decoder are not used.
 */

import { isObject, JsonChecker, type JsonObject } from './json-checker.ts';
import type { MergeList } from './pair-table.ts';
import type { Bpe } from './word-encoder.ts';

export interface AddedToken {
  readonly id: number;
  /** At least one byte; all ASCII. */
  readonly bytes: Uint8Array;
}

export interface TokenizerDefinition {
  readonly bpe: Bpe;
  /** Token ids. */
  readonly unknown: number;
  readonly first: number;
  readonly last: number;
  readonly added: readonly AddedToken[];
}

type Vocabulary = ReadonlyMap<string, number>;

const HIGHEST_ID = 0xffff;

/**
 * @param json the parsed file
 * @param file its path as the user typed it, for messages
 * @throws UserError that names the setting which is missing, wrong or not implemented
 */
export function readTokenizerJson(json: unknown, file: string): TokenizerDefinition {
  const check = new JsonChecker(file);
  const root = check.object(json, 'tokenizer.json');
  check.onlyKeys(root, '', [
    ...['version', 'truncation', 'padding', 'added_tokens', 'normalizer'],
    ...['pre_tokenizer', 'post_processor', 'decoder', 'model'],
  ]);
  const { version, normalizer, pre_tokenizer, post_processor, added_tokens, model } = root;
  check.oneOf(version, 'version', ['1.0']);
  check.oneOf(normalizer, 'normalizer', [null, undefined]);
  check.onlyKeys(check.object(pre_tokenizer, 'pre_tokenizer'), 'pre_tokenizer.', ['type']);
  const { type } = check.object(pre_tokenizer, 'pre_tokenizer');
  check.oneOf(type, 'pre_tokenizer.type', ['Whitespace']);

  const { vocab, merges: pairs, unk_token } = readModelSettings(check, model);
  const vocabulary = readVocabulary(check, vocab);
  const unknown = vocabulary.get(check.string(unk_token, 'model.unk_token'));
  if (unknown === undefined) throw check.refusal('model.unk_token is not in model.vocab');
  const added = readAddedTokens(check, added_tokens, vocabulary);
  const highest = [...vocabulary.values(), ...added.map(({ id }) => id)].reduce((a, b) => Math.max(a, b), 0);
  const letters = lettersOf(check, vocabulary, added);
  const merges = readMerges(check, pairs, vocabulary, unknown);
  const [first, last] = readTemplate(check, post_processor, highest);
  return { bpe: { vocabularySize: highest + 1, ...letters, merges }, unknown, first, last, added };
}

/** The model, all of whose settings are ones that are implemented. */
function readModelSettings(check: JsonChecker, value: unknown): JsonObject {
  const model = check.object(value, 'model');
  /** What each setting may be; `undefined` where older files leave it out. */
  const implemented: Readonly<Record<string, readonly unknown[]>> = {
    type: ['BPE'],
    dropout: [null, undefined, 0],
    continuing_subword_prefix: [null, undefined, ''],
    end_of_word_suffix: [null, undefined, ''],
    fuse_unk: [false, undefined],
    byte_fallback: [false, undefined],
    ignore_merges: [false, undefined],
  };
  check.onlyKeys(model, 'model.', [...Object.keys(implemented), 'unk_token', 'vocab', 'merges']);
  for (const [name, values] of Object.entries(implemented)) check.oneOf(model[name], `model.${name}`, values);
  return model;
}

function readVocabulary(check: JsonChecker, value: unknown): Vocabulary {
  const vocabulary = new Map<string, number>();
  const seen = new Set<number>();
  for (const [text, id] of Object.entries(check.object(value, 'model.vocab'))) {
    const number = check.integer(id, `the id of ${JSON.stringify(text)} in model.vocab`, HIGHEST_ID);
    if (seen.has(number)) throw check.refusal(`id ${number} occurs twice in model.vocab`);
    seen.add(number);
    vocabulary.set(text, number);
  }
  return vocabulary;
}

/** The tokens of one character, which every word is first cut into. */
function lettersOf(check: JsonChecker, vocabulary: Vocabulary, added: readonly AddedToken[]) {
  const letters = [...vocabulary].filter(([text]) => [...text].length === 1);
  for (const [text] of letters) {
    // The pre-tokeniser cuts words at the border of \w; here a word is a run of letters. All in \w makes that the same.
    if (!/^[A-Za-z0-9_]$/.test(text)) {
      throw check.refusal(
        `model.vocab has the one-character token ${JSON.stringify(text)}, which is not an ASCII letter`,
      );
    }
    const byte = text.charCodeAt(0);
    if (added.some((token) => token.bytes[0] === byte)) {
      throw check.refusal(`added_tokens has a token that begins with ${JSON.stringify(text)}, a letter of model.vocab`);
    }
  }
  if (letters.length === 0) throw check.refusal('model.vocab has no token of one character');
  return {
    letterBytes: Uint8Array.from(letters, ([text]) => text.charCodeAt(0)),
    letterIds: Uint16Array.from(letters, ([, id]) => id),
  };
}

function readMerges(check: JsonChecker, value: unknown, vocabulary: Vocabulary, unknown: number): MergeList {
  const list = check.array(value, 'model.merges');
  const merges = {
    left: new Uint16Array(list.length),
    right: new Uint16Array(list.length),
    merged: new Uint16Array(list.length),
  };
  const seen = new Set<string>();
  list.forEach((entry, rank) => {
    const name = `model.merges[${rank}]`;
    // Older files write a merge as "A C", newer ones as ["A", "C"].
    const parts = typeof entry === 'string' ? entry.split(' ') : check.array(entry, name);
    if (parts.length !== 2) throw check.refusal(`${name} is not a pair`);
    const [left, right] = parts.map((part) => check.string(part, name)) as [string, string];
    if (seen.has(`${left} ${right}`)) throw check.refusal(`${name} repeats the pair ${left} ${right}`);
    seen.add(`${left} ${right}`);
    const ids = [left, right, left + right].map((text) => {
      const id = vocabulary.get(text);
      if (id === undefined) throw check.refusal(`${name} uses ${JSON.stringify(text)}, which is not in model.vocab`);
      return id;
    }) as [number, number, number];
    if (ids[0] === unknown || ids[1] === unknown) throw check.refusal(`${name} merges the unknown token`);
    [merges.left[rank], merges.right[rank], merges.merged[rank]] = ids;
  });
  return merges;
}

function readAddedTokens(check: JsonChecker, value: unknown, vocabulary: Vocabulary): AddedToken[] {
  return check.array(value ?? [], 'added_tokens').map((entry, i) => {
    const name = `added_tokens[${i}]`;
    const token = check.object(entry, name);
    // `special` only matters for decoding.
    check.onlyKeys(token, `${name}.`, ['id', 'content', 'single_word', 'lstrip', 'rstrip', 'normalized', 'special']);
    for (const setting of ['single_word', 'lstrip', 'rstrip', 'normalized']) {
      check.oneOf(token[setting], `${name}.${setting}`, [false]);
    }
    const { content, id } = token;
    const text = check.string(content, `${name}.content`);
    if (!/^[!-~]+$/.test(text)) throw check.refusal(`${name}.content is not printable ASCII without blanks`);
    const number = check.integer(id, `${name}.id`, HIGHEST_ID);
    if ((vocabulary.get(text) ?? number) !== number) throw check.refusal(`${name}.id is another than in model.vocab`);
    return { id: number, bytes: new TextEncoder().encode(text) };
  });
}

/** Ids of the token before and the token after the sequence. */
function readTemplate(check: JsonChecker, value: unknown, highest: number): [first: number, last: number] {
  const processor = check.object(value, 'post_processor');
  // The template for pairs of sequences is not used.
  check.onlyKeys(processor, 'post_processor.', ['type', 'single', 'pair', 'special_tokens']);
  const { type, single, special_tokens } = processor;
  check.oneOf(type, 'post_processor.type', ['TemplateProcessing']);
  const [before, middle, after, ...rest] = check
    .array(single, 'post_processor.single')
    .map((piece) => check.object(piece, 'a piece of post_processor.single'));
  const { Sequence: sequence } = middle ?? {};
  const { id: input } = isObject(sequence) ? sequence : {};
  if (input !== 'A' || rest.length > 0) {
    throw check.refusal('the setting post_processor.single is not one token, sequence A, one token');
  }
  const tokens = check.object(special_tokens, 'post_processor.special_tokens');
  const idOf = (piece: JsonObject | undefined): number => {
    const { SpecialToken: special } = piece ?? {};
    const { id } = check.object(special, 'a SpecialToken of post_processor.single');
    const key = check.string(id, 'the id of a SpecialToken of post_processor.single');
    const name = `post_processor.special_tokens.${key}`;
    const { ids } = check.object(tokens[key], name);
    const [first, ...others] = check.array(ids, `${name}.ids`);
    if (others.length > 0) throw check.refusal(`${name}.ids has more than one id`);
    return check.integer(first, `${name}.ids[0]`, highest);
  };
  return [idOf(before), idOf(after)];
}
