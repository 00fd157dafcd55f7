/**
 * The words of a `tokenizer.json` that cuts a sequence into words of fixed lengths: a `Split` at a pattern such as
 * `.{6}|.{3}|.`, and a list of words (`WordLevel`). Lengths decrease and end with one letter; words are ASCII letters
 * and digits.
 */

import type { JsonObject } from '../system/json-object.ts';
import { quoted } from '../system/quoted.ts';
import type { FixedWordList } from './fixed-words.ts';
import type { JsonChecker } from './json-checker.ts';
import { type KnownTokens, refuseAddedBeginningWith } from './vocabulary.ts';

/** Of the number of a word: 10 letters of an alphabet of 4, or 5 of one of 16. A table of such has 2 MiB. */
const MOST_BITS = 20;

/**
 * @param preTokenizer the file's `pre_tokenizer`
 * @param model the file's `model`, of type WordLevel
 */
export function readFixedWords(
  check: JsonChecker,
  preTokenizer: unknown,
  model: JsonObject,
  tokens: KnownTokens,
): FixedWordList {
  check.onlyKeys(model, 'model.', ['type', 'vocab', 'unk_token']);
  const lengths = readLengths(check, preTokenizer);
  const words = wordsOf(check, tokens);
  const letters = [...new Set(words.flatMap(([word]) => [...word]))].sort();
  for (const letter of letters) refuseAddedBeginningWith(check, tokens.added, letter);
  if (letters.length === 0) throw check.refusal('model.vocab has no word of letters');
  const bits = Math.max(1, Math.ceil(Math.log2(letters.length)));
  const [longest = 1] = lengths;
  if (bits * longest > MOST_BITS) {
    throw check.refusal(
      `words of ${longest} letters from an alphabet of ${letters.length} are not implemented, there can be too many`,
    );
  }
  const tables = lengths.map((length) => {
    const ids = new Uint16Array(2 ** (bits * length)).fill(tokens.unknown.id);
    for (const [word, id] of words) {
      if (word.length === length) ids[numberOf(word, letters, bits)] = id;
    }
    return { length, ids };
  });
  return { letterBytes: new TextEncoder().encode(letters.join('')), bits, tables };
}

/** Lengths of the words, decreasing to 1. */
function readLengths(check: JsonChecker, preTokenizer: unknown): number[] {
  const cutter = check.object(preTokenizer, 'pre_tokenizer');
  check.onlyKeys(cutter, 'pre_tokenizer.', ['type', 'pattern', 'behavior', 'invert']);
  const { type, pattern, behavior, invert } = cutter;
  check.oneOf(type, 'pre_tokenizer.type', ['Split']);
  check.oneOf(behavior, 'pre_tokenizer.behavior', ['Isolated']);
  check.oneOf(invert, 'pre_tokenizer.invert', [false]);
  const expression = check.object(pattern, 'pre_tokenizer.pattern');
  check.onlyKeys(expression, 'pre_tokenizer.pattern.', ['Regex']);
  const { Regex: regex } = expression;
  const text = check.string(regex, 'pre_tokenizer.pattern.Regex');
  const lengths = text.split('|').map((part) => {
    const [, length = part === '.' ? '1' : '0'] = /^\.\{([1-9]\d{0,2})\}$/.exec(part) ?? [];
    return Number(length);
  });
  const decreases = lengths.every((length, i) => length > (lengths[i + 1] ?? 0));
  if (!decreases || !(text === '.' || text.endsWith('|.'))) {
    throw check.refusal(
      `pre_tokenizer.pattern.Regex is ${quoted(text)}, ` +
        'only a pattern such as ".{6}|.{3}|." is implemented: lengths that decrease, and a point at the end',
    );
  }
  return lengths;
}

/** What a word can be. A text that is an added token never comes as a word, and the unknown token needs no entry. */
function wordsOf(check: JsonChecker, { vocabulary, unknown, added }: KnownTokens): [word: string, id: number][] {
  const apart = new Set([unknown.text, ...added.map(({ bytes }) => new TextDecoder().decode(bytes))]);
  const words = [...vocabulary].filter(([text]) => !apart.has(text));
  for (const [text] of words) {
    if (!/^[A-Za-z0-9]+$/.test(text)) {
      throw check.refusal(`model.vocab has the word ${quoted(text)}, which is not of ASCII letters`);
    }
  }
  return words;
}

function numberOf(word: string, letters: readonly string[], bits: number): number {
  return [...word].reduce((number, letter) => (number << bits) | letters.indexOf(letter), 0);
}
