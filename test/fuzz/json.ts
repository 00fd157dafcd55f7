/** Accidents of JSON documents: keys that are lost, moved or doubled, values of other kinds, texts that are no JSON. */

import { batteredBytes } from './bytes.ts';
import type { Dice } from './dice.ts';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

type Holder = { readonly list: Json[] } | { readonly object: Record<string, Json> };

/** Literals, because a document can say more than a value: 1e999, a key twice. */
const LITERALS = [
  ...['null', 'true', '0', '-0', '1', '-1', '1.5', '3', '1e999', '-1e999', '1e-999', '4294967296', '9007199254740993'],
  ...['""', '" "', '"x"', '"\\u0000"', '"\\ud800"', '"../x"', '"a/b"', '"__proto__"', '"constructor"', '"500"'],
  ...['[]', '{}', '[[]]', '[null]', '[{}]', '{"":1}', '{"__proto__":{"length":3}}', '{"length":2}', '[1,2,3]'],
  `"${'long'.repeat(500)}"`,
  `[${'0,'.repeat(300)}0]`,
];
const DEEP = 3000;
const KEYS = ['__proto__', 'constructor', 'toString', 'length', '', '0', 'a key that is long '.repeat(20)];
/** Stands in the value while it is changed; the text gets the literal. */
const mark = (literal: number): string => `\u0001literal ${literal}\u0001`;

/** Between one and four accidents, as the bytes of a file. */
export function batteredJson(dice: Dice, documents: readonly Json[]): Uint8Array {
  const root = { object: { root: copy(dice.pick(documents)) } };
  for (let left = 1 + (dice.chance(0.6) ? 0 : dice.below(4)); left > 0; left -= 1) accident(dice, root, documents);
  let text = JSON.stringify(root.object.root) ?? '';
  text = text.replace(/"\\u0001literal (\d+)\\u0001"/g, (_, literal) => literalText(Number(literal)));
  const bytes = new TextEncoder().encode(text);
  return dice.chance(0.15) ? batteredBytes(dice, bytes, bytes) : bytes;
}

function literalText(literal: number): string {
  return LITERALS[literal] ?? `${'['.repeat(DEEP)}${']'.repeat(DEEP)}`;
}

function accident(dice: Dice, root: Holder, documents: readonly Json[]): void {
  const { holder, key } = somewhere(dice, root);
  const here = get(holder, key);
  const literal = mark(dice.below(LITERALS.length + 1));
  switch (dice.below(8)) {
    case 0:
      if (holder !== root) remove(holder, key);
      break;
    case 1:
    case 2:
    case 3:
      set(holder, key, literal);
      break;
    case 4:
      set(holder, key, dice.chance(0.5) ? [here] : { [dice.pick(KEYS)]: here });
      break;
    case 5: {
      const other = somewhere(dice, { object: { root: copy(dice.pick(documents)) } });
      set(holder, key, get(other.holder, other.key));
      break;
    }
    case 6:
      if (typeof here === 'string') set(holder, key, dice.chance(0.5) ? `${here}x` : here.slice(0, -1));
      else if (typeof here === 'number') set(holder, key, dice.pick([here + 1, -here, here / 2, here * 2 ** 40]));
      else set(holder, key, literal);
      break;
    default:
      if ('list' in holder) holder.list.push(copy(here));
      else if (holder !== root) set(holder, dice.pick([...KEYS, ...Object.keys(holder.object)]), here);
  }
}

/** A place in the document, every depth about as likely. */
function somewhere(dice: Dice, root: Holder): { readonly holder: Holder; readonly key: string } {
  let place = { holder: root, key: 'root' };
  for (;;) {
    const here = get(place.holder, place.key);
    if (typeof here !== 'object' || here === null || dice.chance(0.2)) return place;
    const holder: Holder = Array.isArray(here) ? { list: here } : { object: here };
    const keys = Object.keys(here);
    if (keys.length === 0) return place;
    place = { holder, key: dice.pick(keys) };
  }
}

function get(holder: Holder, key: string): Json {
  return ('list' in holder ? holder.list[Number(key)] : holder.object[key]) ?? null;
}

function set(holder: Holder, key: string, value: Json): void {
  if ('list' in holder) holder.list[Number(key)] = value;
  // A key of this kind must not become the prototype.
  else Object.defineProperty(holder.object, key, { value, enumerable: true, configurable: true, writable: true });
}

function remove(holder: Holder, key: string): void {
  if ('list' in holder) holder.list.splice(Number(key), 1);
  else delete holder.object[key];
}

function copy(value: Json): Json {
  return JSON.parse(JSON.stringify(value));
}
