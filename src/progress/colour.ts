/** Whether there is colour, and the colour of a log line's tag. Colour never says anything that words do not say. */

import { UserError } from '../system/errors.ts';
import type { Environment } from './terminal.ts';

export const COLOUR_WORDS = ['auto', 'always', 'never'] as const;

export interface ColourQuestion {
  /** Of `--color`, as typed. */
  readonly typed: string | undefined;
  readonly env: Environment;
  readonly isTty: boolean;
}

/** `asked`: also where nobody would expect it, as in a log file. */
export type Colour = 'none' | 'terminal' | 'asked';

/**
 * `--color`, then NO_COLOR (no-color.org: set and not empty), then FORCE_COLOR (0 and false mean no), then whether it is a
 * terminal that knows colours.
 */
export function chooseColour({ typed, env, isTty }: ColourQuestion): Colour {
  const word = colourWord(typed);
  const { NO_COLOR: no = '', FORCE_COLOR: force = '', TERM: term } = env;
  switch (word) {
    case 'always':
      return 'asked';
    case 'never':
      return 'none';
    case 'auto':
      if (no !== '') return 'none';
      if (force !== '') return force === '0' || force === 'false' ? 'none' : 'asked';
      return isTty && term !== 'dumb' ? 'terminal' : 'none';
    default:
      return word satisfies never;
  }
}

function colourWord(typed: string | undefined): (typeof COLOUR_WORDS)[number] {
  if (typed === undefined) return 'auto';
  const word = COLOUR_WORDS.find((candidate) => candidate === typed);
  if (word !== undefined) return word;
  throw new UserError(`--color ${typed} is not known`, '--color takes auto, always or never.');
}

/** SGR codes by the tag of a log line. */
const TAG_CODES: Readonly<Record<string, number>> = { info: 36, success: 32, warn: 33, error: 31 };

/** Log lines with their tags in colour: `[warn] …`. */
export function withColouredTags(lines: string): string {
  return lines.replaceAll(/^\[(\w+)\]/gm, (tag, word: string) => {
    const code = TAG_CODES[word];
    return code === undefined ? tag : `\u001b[${code}m${tag}\u001b[0m`;
  });
}
