/** Narrows parts of a parsed tokenizer file, with a UserError that names the part when it is not as needed. */

import { UserError } from '../system/errors.ts';
import { isObject, type JsonObject } from '../system/json-object.ts';

const REMEDY =
  'Byte pairs as in DNABERT-S can be read, and words of fixed length. Use the tokenizer.json of such a model.';

/** Characters of the file that a message repeats at the most. */
const LONGEST_QUOTE = 200;

export class JsonChecker {
  /** @param file path as the user typed it */
  constructor(readonly file: string) {}

  /** @param sentence what is wrong, without a full stop */
  refusal(sentence: string): UserError {
    return new UserError(sentence, REMEDY, { file: this.file });
  }

  object(value: unknown, name: string): JsonObject {
    if (isObject(value)) return value;
    throw this.refusal(`${name} is ${kindOf(value)}, an object is needed`);
  }

  array(value: unknown, name: string): readonly unknown[] {
    if (Array.isArray(value)) return value;
    throw this.refusal(`${name} is ${kindOf(value)}, a list is needed`);
  }

  string(value: unknown, name: string): string {
    if (typeof value === 'string') return value;
    throw this.refusal(`${name} is ${kindOf(value)}, a text is needed`);
  }

  /** An integer in `[0, highest]`. */
  integer(value: unknown, name: string, highest: number): number {
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= highest) return value;
    const found = typeof value === 'number' ? String(value) : kindOf(value);
    throw this.refusal(`${name} is ${found}, an integer from 0 to ${highest} is needed`);
  }

  /** A setting that has to have one of the values for which there is an implementation. */
  oneOf(value: unknown, name: string, implemented: readonly unknown[]): void {
    if (implemented.includes(value)) return;
    const { type } = isObject(value) ? value : {};
    const found = shortened(typeof type === 'string' ? type : (JSON.stringify(value) ?? 'missing'));
    const known = implemented.filter((one) => one !== undefined).map((one) => JSON.stringify(one));
    throw this.refusal(`the setting ${name} is ${found}, only ${known.join(' or ')} is implemented`);
  }

  /** A setting nobody has heard of may change what the tokens are. */
  onlyKeys(object: JsonObject, prefix: string, known: readonly string[]): void {
    for (const key of Object.keys(object)) {
      if (!known.includes(key)) throw this.refusal(`the setting ${prefix}${shortened(key)} is not implemented`);
    }
  }
}

/** A file can hold anything, and a message is one sentence. */
export function shortened(text: string): string {
  return text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}...` : text;
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : `of type ${typeof value}`;
}
