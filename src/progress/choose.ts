/** Which renderer is used: by the flag, the environment, and what standard error is. */

import { UserError } from '../system/errors.ts';
import type { Environment } from './terminal.ts';

export const PROGRESS_WORDS = ['auto', 'tty', 'plain', 'json', 'off'] as const;
export const PROGRESS_VARIABLE = 'VIRNUCPRO_PROGRESS';

/** `tty`: lines with a panel below them. `plain`: lines. `json`: an object per event. `off`: nothing but errors. */
export type ProgressMode = Exclude<(typeof PROGRESS_WORDS)[number], 'auto'>;

export interface ModeQuestion {
  /** Of `--progress`, as typed. */
  readonly typed: string | undefined;
  readonly env: Environment;
  /** Standard error is a terminal. */
  readonly isTty: boolean;
  /** Only what is in the foreground may paint: a shell writes its prompt to the same terminal. */
  readonly isForeground: boolean;
  readonly isQuiet: boolean;
}

/** @throws UserError for a word that is not known, and for `--progress tty` where there is nothing to paint on */
export function chooseMode({ typed, env, isTty, isForeground, isQuiet }: ModeQuestion): ProgressMode {
  const canPaint = isTty && env['TERM'] !== 'dumb';
  const flag = typed === undefined ? undefined : wordOf(typed, `--progress ${typed}`, '--progress');
  const set = env[PROGRESS_VARIABLE] ?? '';
  // An empty variable is as good as none.
  const variable = set === '' ? undefined : wordOf(set, `${PROGRESS_VARIABLE}=${set}`, PROGRESS_VARIABLE);
  if (flag === 'tty' && !canPaint) {
    const found = isTty ? 'TERM=dumb is none that can be painted on' : 'standard error is none';
    throw new UserError(`--progress tty needs a terminal, and ${found}`, 'Use --progress plain.');
  }
  if (isQuiet) return 'off';
  const word = flag ?? variable ?? 'auto';
  switch (word) {
    case 'auto':
      return canPaint && isForeground && !isContinuousIntegration(env) ? 'tty' : 'plain';
    case 'tty':
      // The variable is set for all runs of a person, in pipes and jobs as well.
      return canPaint ? 'tty' : 'plain';
    case 'plain':
    case 'json':
    case 'off':
      return word;
    default:
      return word satisfies never;
  }
}

function wordOf(word: string, typed: string, name: string): (typeof PROGRESS_WORDS)[number] {
  const known = PROGRESS_WORDS.find((candidate) => candidate === word);
  if (known !== undefined) return known;
  throw new UserError(`${typed} is not known`, `${name} takes auto, tty, plain, json or off.`);
}

/** Such services give a terminal at times, but what is kept is a log. */
function isContinuousIntegration({ CI: value = '' }: Environment): boolean {
  return value !== '' && value !== 'false' && value !== '0';
}
