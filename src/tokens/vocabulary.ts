/** The tokens of a `tokenizer.json`, whatever its model: the vocabulary and the added tokens. */

import type { JsonObject } from '../system/json-object.ts';
import { quoted } from '../system/quoted.ts';
import type { JsonChecker } from './json-checker.ts';

/** Token id by text. */
export type Vocabulary = ReadonlyMap<string, number>;

export interface AddedToken {
  readonly id: number;
  /** At least one byte; all ASCII. */
  readonly bytes: Uint8Array;
}

export interface KnownTokens {
  readonly vocabulary: Vocabulary;
  /** Text and id of the token for what is not in the vocabulary. */
  readonly unknown: { readonly text: string; readonly id: number };
  readonly added: readonly AddedToken[];
  /** One more than the highest token id; at most 65536. */
  readonly size: number;
}

const HIGHEST_ID = 0xffff;

/** @param model the file's `model`, with `vocab` and `unk_token` */
export function readTokens(check: JsonChecker, { vocab, unk_token }: JsonObject, addedTokens: unknown): KnownTokens {
  const vocabulary = readVocabulary(check, vocab);
  const text = check.string(unk_token, 'model.unk_token');
  const id = vocabulary.get(text);
  if (id === undefined) throw check.refusal('model.unk_token is not in model.vocab');
  const added = readAddedTokens(check, addedTokens, vocabulary);
  const highest = [...vocabulary.values(), ...added.map((token) => token.id)].reduce((a, b) => Math.max(a, b), 0);
  return { vocabulary, unknown: { text, id }, added, size: highest + 1 };
}

/** Letters are not looked at for added tokens, so none may begin with one. */
export function refuseAddedBeginningWith(check: JsonChecker, added: readonly AddedToken[], letter: string): void {
  if (added.some(({ bytes }) => bytes[0] === letter.charCodeAt(0))) {
    throw check.refusal(`added_tokens has a token that begins with ${JSON.stringify(letter)}, a letter of model.vocab`);
  }
}

function readVocabulary(check: JsonChecker, value: unknown): Vocabulary {
  const vocabulary = new Map<string, number>();
  const seen = new Set<number>();
  for (const [text, id] of Object.entries(check.object(value, 'model.vocab'))) {
    const number = check.integer(id, `the id of ${quoted(text)} in model.vocab`, HIGHEST_ID);
    if (seen.has(number)) throw check.refusal(`id ${number} occurs twice in model.vocab`);
    seen.add(number);
    vocabulary.set(text, number);
  }
  return vocabulary;
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
