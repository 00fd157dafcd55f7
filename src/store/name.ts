/** Names of installed models: a name is the name of a folder, on every platform. */

import { UserError } from '../system/errors.ts';

const MOST_LETTERS = 64;
const RULE = /^[a-z0-9](?:[a-z0-9._-]*[a-z0-9_-])?$/;
/** Windows gives these to devices, with any ending. */
const DEVICES = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)/;

/** Lower-case letters, digits, `.`, `_`, `-`; the first a letter or digit, the last no dot; at most 64. */
export function isModelName(name: string): boolean {
  return name.length <= MOST_LETTERS && RULE.test(name) && !DEVICES.test(name);
}

/**
 * @param reserved names that mean something else, such as the embedded model's
 * @throws UserError when a model cannot be installed under this name
 */
export function checkModelName(name: string, reserved: readonly string[]): void {
  if (reserved.includes(name)) {
    throw new UserError(`The name ${name} is taken: that model is part of this program`, 'Choose another name.');
  }
  if (isModelName(name)) return;
  throw new UserError(
    `${JSON.stringify(name)} cannot be the name of a model`,
    `Use lower-case letters, digits, dots, "_" and "-", at most ${MOST_LETTERS}, beginning with a letter or digit.`,
  );
}
