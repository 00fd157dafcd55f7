/** A line of the panel as pieces of text with what each of them is; colour is put on when the line has its width. */

import { columns, cut } from './fit-text.ts';

/** What a colour stands for; the words say it as well. */
export type Tint = 'title' | 'done' | 'good' | 'attention' | 'bad' | 'faint';

export interface Piece {
  readonly text: string;
  readonly tint?: Tint | undefined;
}

export type PanelLine = readonly Piece[];

export interface PanelStyle {
  /** Columns of the terminal. */
  readonly width: number;
  /** Lines that the panel may have, as many as it wants where undefined. Devices are summed up to fit; the rest stays. */
  readonly height?: number | undefined;
  /** Else ASCII. */
  readonly unicode: boolean;
  readonly colour: boolean;
}

/** SGR: codes that begin and end each. The 16 colours are the terminal's own, so they suit its background. */
const CODES: Readonly<Record<Tint, readonly [number, number]>> = {
  title: [1, 22],
  done: [36, 39],
  good: [32, 39],
  attention: [33, 39],
  bad: [31, 39],
  faint: [2, 22],
};

/** Never wider than the style's width, without blanks at its end. */
export function lineText(line: PanelLine, { width, unicode, colour }: PanelStyle): string {
  const last = line.findLastIndex(({ text }) => text.trim() !== '');
  let room = width;
  let out = '';
  for (const [i, { text, tint }] of line.slice(0, last + 1).entries()) {
    const isWhole = columns(text) <= room;
    const fitting = cut(i === last ? text.trimEnd() : text, room, unicode);
    room -= columns(fitting);
    if (!colour || tint === undefined || fitting.trim() === '') out += fitting;
    else out += `\u001b[${CODES[tint][0]}m${fitting}\u001b[${CODES[tint][1]}m`;
    if (!isWhole) break;
  }
  return out;
}

/** Parts with commas between them, as many of the first ones as fit. */
export function listText(parts: readonly (string | undefined)[], width: number): string {
  let text = '';
  for (const part of parts) {
    if (part === undefined) continue;
    const longer = text === '' ? part : `${text}, ${part}`;
    if (text !== '' && columns(longer) > width) break;
    text = longer;
  }
  return text;
}
