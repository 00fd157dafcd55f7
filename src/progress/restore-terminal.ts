/** After a process that had a panel on the terminal and could not take it away. */

import { isatty } from 'node:tty';
import { errorDescriptor, writeError } from './standard-error.ts';
import { abilitiesOf, type Environment } from './terminal.ts';

const BREAK_LONG_LINES = '\u001b[?7h';
const SHOW_CURSOR = '\u001b[?25h';
const ERASE_BELOW = '\u001b[J';
const NO_TASKBAR = '\u001b]9;4;0;0\u001b\\';

/** What was painted last stays above. */
export function restoreTerminal(env: Environment = process.env): void {
  if (!isatty(errorDescriptor()) || env['TERM'] === 'dumb') return;
  const taskbar = abilitiesOf(env).taskbar ? NO_TASKBAR : '';
  writeError(`${BREAK_LONG_LINES}${SHOW_CURSOR}${taskbar}\r\n${ERASE_BELOW}`);
}
