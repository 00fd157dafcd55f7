/** A generated part of a Markdown file: what stands between `<!-- NAME: generated -->` and the next `<!-- end -->`. */

import { UserError } from '../../../src/system/errors.ts';

const END = '<!-- end -->';

/**
 * @param block Markdown ending in a line feed; empty lines part it from the comments
 * @param file named in what is refused
 * @returns the text with the block in it
 */
export function replaceBlock(text: string, name: string, block: string, file: string): string {
  const begin = `<!-- ${name}: generated -->\n`;
  const start = text.indexOf(begin);
  const end = text.indexOf(END, start);
  if (start < 0 || end < 0) {
    throw new UserError(
      'has no place for the evaluation',
      `Write two lines where it shall stand: ${begin.trim()} and ${END}.`,
      {
        file,
      },
    );
  }
  return `${text.slice(0, start)}${begin}\n${block}\n${text.slice(end)}`;
}
