/** Log lines by consola, as text for any file: no colours, no dates, and no control character that came with a name. */

import { createConsola } from 'consola/basic';

export interface Line {
  readonly level: 'info' | 'warn' | 'success';
  readonly text: string;
}

/** @param write gets each line with its line feed */
export function openLog(write: (text: string) => void): (line: Line) => void {
  const log = createConsola({
    // Fixed here: CONSOLA_LEVEL in somebody's environment must not silence a warning.
    level: 3,
    // Consola's default drops lines that repeat; a log must hold what happened.
    throttle: 0,
    reporters: [{ log: ({ type, args }) => write(`[${type}] ${printable(args.join(' '))}\n`) }],
  });
  return ({ level, text }) => log[level](text);
}

/** File names may hold a line feed, or what a terminal obeys. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be written
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, (character) => {
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
}
