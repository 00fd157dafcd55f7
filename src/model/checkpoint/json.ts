/**
 * Strict reading of a JSON object from a checkpoint: UTF-8, no key twice, bounded nesting. A file that says two things
 * about one tensor must not be read as either.
 */

import { UserError } from '../../system/errors.ts';
import { isObject } from '../../system/json-object.ts';
import { quoted } from '../../system/quoted.ts';

export { quoted };

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LEFT_BRACKET = 0x5b;
const RIGHT_BRACKET = 0x5d;
const LEFT_BRACE = 0x7b;
const RIGHT_BRACE = 0x7d;

export const DAMAGED = 'The file is damaged or incomplete; get it again from where it came from.';

/**
 * Parses bytes that must hold one JSON object. The result is a Map, so that a key like `__proto__` is only a key.
 *
 * @param what names the text in messages, e.g. `the header`
 * @param maxDepth levels of objects and arrays that the format needs
 */
export function parseJsonObject(
  bytes: Uint8Array,
  file: string,
  what: string,
  maxDepth: number,
): ReadonlyMap<string, unknown> {
  const refuse = (problem: string): never => {
    throw new UserError(`${what} ${problem}`, DAMAGED, { file });
  };
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return refuse('is not UTF-8 text');
  }
  let problem: string | undefined;
  let value: unknown;
  try {
    problem = structureProblem(text, maxDepth);
    if (problem === undefined) value = JSON.parse(text);
  } catch {
    problem = 'is not valid JSON';
  }
  if (problem !== undefined) return refuse(problem);
  if (!isObject(value)) return refuse('is not a JSON object');
  return new Map(Object.entries(value));
}

/**
 * One walk over the text before JSON.parse sees it, because JSON.parse keeps the last of two equal keys and takes
 * seconds over a million open brackets. Text that is not JSON may pass here; JSON.parse refuses it.
 */
function structureProblem(text: string, maxDepth: number): string | undefined {
  const scopes: Set<string>[] = [];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === LEFT_BRACE || code === LEFT_BRACKET) {
      if (scopes.length === maxDepth) return `is nested deeper than ${maxDepth} levels`;
      scopes.push(new Set());
    } else if (code === RIGHT_BRACE || code === RIGHT_BRACKET) {
      scopes.pop();
    } else if (code === QUOTE) {
      const start = at;
      for (at++; at < text.length && text.charCodeAt(at) !== QUOTE; at++) {
        if (text.charCodeAt(at) === BACKSLASH) at++;
      }
      if (!followedByColon(text, at + 1)) continue;
      const key: string = JSON.parse(text.slice(start, at + 1));
      const keys = scopes.at(-1);
      if (keys?.has(key)) return `holds the key ${quoted(key)} twice`;
      keys?.add(key);
    }
  }
  return undefined;
}

function followedByColon(text: string, at: number): boolean {
  while (' \t\n\r'.includes(text[at] ?? ':')) at++;
  return text[at] === ':';
}
