/** Text in a number of terminal columns. Names come from files and drivers: any character may be in them. */

const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' });
const PRINTABLE = /^[ -~]*$/;

/** Columns that it takes: 2 for wide characters, 0 for marks. */
export function columns(text: string): number {
  return PRINTABLE.test(text) ? text.length : Bun.stringWidth(text);
}

/** Without what moves the cursor, breaks the line or turns the direction; without `unicode` in ASCII alone. */
export function plainText(text: string, unicode: boolean): string {
  if (PRINTABLE.test(text)) return text;
  const clean = text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').replaceAll(/[\p{Cf}\p{Cs}]/gu, '');
  return unicode ? clean : clean.replaceAll(/[^ -~]/gu, '?');
}

/** As much of it as fits; what is cut ends with an ellipsis. */
export function cut(text: string, width: number, unicode: boolean): string {
  if (columns(text) <= width) return text;
  const ellipsis = unicode ? '\u2026' : '..';
  const room = width - ellipsis.length;
  if (room < 0) return ' '.repeat(Math.max(0, width));
  let kept = '';
  for (const { segment } of GRAPHEMES.segment(text)) {
    if (columns(kept + segment) > room) break;
    kept += segment;
  }
  return `${kept.trimEnd()}${ellipsis}`;
}

export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - columns(text)));
}
