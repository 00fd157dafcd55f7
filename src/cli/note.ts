/** `--note`, as import takes it: a line that is shown with every result of a bundle. */

import { UserError } from '../system/errors.ts';

const MOST_CHARACTERS = 300;
/** Control characters (line feeds and escapes among them), and what else ends a line or turns the order of letters. */
const UNFIT = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;

export function noteGiven(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const refuse = (problem: string) => new UserError(`--note ${problem}`, 'Give one short sentence.');
  if (text.trim() === '') throw refuse('is empty');
  if (UNFIT.test(text)) throw refuse('is not one line of plain text: it has a control character');
  const characters = [...text].length;
  if (characters > MOST_CHARACTERS) throw refuse(`has ${characters} characters, the most is ${MOST_CHARACTERS}`);
  return text;
}
