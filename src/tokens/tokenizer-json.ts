/**
 * Reads a Hugging Face `tokenizer.json` of one of two kinds, byte pairs like DNABERT-S's or words of fixed lengths, and
 * refuses every setting that is not implemented, so that no file is ever tokenised in another way than its authors meant.
 *
 * What both have in common: no normaliser, a template of one token before and one after, added tokens matched as they
 * stand. The stored truncation and padding, the template for pairs and the decoder are not used.
 */

import { isObject, type JsonObject } from '../system/json-object.ts';
import { readBpe } from './bpe-json.ts';
import type { FixedWordList } from './fixed-words.ts';
import { readFixedWords } from './fixed-words-json.ts';
import { JsonChecker, shortened } from './json-checker.ts';
import { type AddedToken, readTokens } from './vocabulary.ts';
import type { Bpe } from './word-encoder.ts';

export type TokenModel =
  | { readonly kind: 'byte-pairs'; readonly bpe: Bpe }
  | { readonly kind: 'fixed-words'; readonly words: FixedWordList };

export interface TokenizerDefinition {
  readonly model: TokenModel;
  /** One more than the highest token id; at most 65536. */
  readonly vocabularySize: number;
  /** Token ids. */
  readonly unknown: number;
  readonly first: number;
  readonly last: number;
  readonly added: readonly AddedToken[];
}

/**
 * @param json the parsed file; undefined where it could not be parsed
 * @param file its path as the user typed it, for messages
 * @throws UserError that names the setting which is missing, wrong or not implemented
 */
export function readTokenizerJson(json: unknown, file: string): TokenizerDefinition {
  const check = new JsonChecker(file);
  if (json === undefined) throw check.refusal('the file is not JSON');
  const root = check.object(json, 'tokenizer.json');
  check.onlyKeys(root, '', [
    ...['version', 'truncation', 'padding', 'added_tokens', 'normalizer'],
    ...['pre_tokenizer', 'post_processor', 'decoder', 'model'],
  ]);
  const { version, normalizer, pre_tokenizer, post_processor, added_tokens } = root;
  check.oneOf(version, 'version', ['1.0']);
  check.oneOf(normalizer, 'normalizer', [null, undefined]);
  const { model: value } = root;
  const settings = check.object(value, 'model');
  const { type } = settings;
  check.oneOf(type, 'model.type', ['BPE', 'WordLevel']);
  const tokens = readTokens(check, settings, added_tokens);
  const model: TokenModel =
    type === 'BPE'
      ? { kind: 'byte-pairs', bpe: readBpe(check, pre_tokenizer, settings, tokens) }
      : { kind: 'fixed-words', words: readFixedWords(check, pre_tokenizer, settings, tokens) };
  const [first, last] = readTemplate(check, post_processor, tokens.size - 1);
  return { model, vocabularySize: tokens.size, unknown: tokens.unknown.id, first, last, added: tokens.added };
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
    const name = `post_processor.special_tokens.${shortened(key)}`;
    const { ids } = check.object(tokens[key], name);
    const [first, ...others] = check.array(ids, `${name}.ids`);
    if (others.length > 0) throw check.refusal(`${name}.ids has more than one id`);
    return check.integer(first, `${name}.ids[0]`, highest);
  };
  return [idOf(before), idOf(after)];
}
