/**
 * The byte pairs of a `tokenizer.json` like that of DNABERT-S: BPE over ASCII letters and digits, the `Whitespace`
 * pre-tokeniser, one unknown token per unknown character.
 */

import type { JsonObject } from '../system/json-object.ts';
import { quoted } from '../system/quoted.ts';
import { type JsonChecker, shortened } from './json-checker.ts';
import type { MergeList } from './pair-table.ts';
import { type KnownTokens, refuseAddedBeginningWith, type Vocabulary } from './vocabulary.ts';
import type { Bpe } from './word-encoder.ts';

/**
 * @param preTokenizer the file's `pre_tokenizer`
 * @param model the file's `model`, of type BPE
 */
export function readBpe(check: JsonChecker, preTokenizer: unknown, model: JsonObject, tokens: KnownTokens): Bpe {
  const cutter = check.object(preTokenizer, 'pre_tokenizer');
  check.onlyKeys(cutter, 'pre_tokenizer.', ['type']);
  const { type } = cutter;
  check.oneOf(type, 'pre_tokenizer.type', ['Whitespace']);
  checkSettings(check, model);
  const letters = lettersOf(check, tokens);
  const { merges } = model;
  return { vocabularySize: tokens.size, ...letters, merges: readMerges(check, merges, tokens) };
}

function checkSettings(check: JsonChecker, model: JsonObject): void {
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
}

/** The tokens of one character, which every word is first cut into. */
function lettersOf(check: JsonChecker, { vocabulary, added }: KnownTokens) {
  const letters = [...vocabulary].filter(([text]) => [...text].length === 1);
  for (const [text] of letters) {
    // The pre-tokeniser cuts words at the border of \w; here a word is a run of letters. All in \w makes that the same.
    if (!/^[A-Za-z0-9_]$/.test(text)) {
      throw check.refusal(`model.vocab has the one-character token ${quoted(text)}, which is not an ASCII letter`);
    }
    refuseAddedBeginningWith(check, added, text);
  }
  if (letters.length === 0) throw check.refusal('model.vocab has no token of one character');
  return {
    letterBytes: Uint8Array.from(letters, ([text]) => text.charCodeAt(0)),
    letterIds: Uint16Array.from(letters, ([, id]) => id),
  };
}

function readMerges(check: JsonChecker, value: unknown, { vocabulary, unknown }: KnownTokens): MergeList {
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
    const left = check.string(parts[0], name);
    const right = check.string(parts[1], name);
    if (seen.has(`${left} ${right}`))
      throw check.refusal(`${name} repeats the pair ${shortened(left)} ${shortened(right)}`);
    seen.add(`${left} ${right}`);
    const idOf = (text: string) => idIn(check, vocabulary, text, name);
    merges.left[rank] = idOf(left);
    merges.right[rank] = idOf(right);
    merges.merged[rank] = idOf(left + right);
    if (idOf(left) === unknown.id || idOf(right) === unknown.id) {
      throw check.refusal(`${name} merges the unknown token`);
    }
  });
  return merges;
}

function idIn(check: JsonChecker, vocabulary: Vocabulary, text: string, name: string): number {
  const id = vocabulary.get(text);
  if (id === undefined) throw check.refusal(`${name} uses ${quoted(text)}, which is not in model.vocab`);
  return id;
}
