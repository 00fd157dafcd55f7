/**
 * A few lines at the bottom of a terminal that are painted again and again, below everything that is written.
 *
 * Between two writes the cursor stands at the start of the row beneath the painted lines, so what a person types (`^C`) appears
 * there and is erased with them. A frame is one write, and only rows that changed are in it; it is left out while the
 * terminal has not taken the one before. Lines are never broken: the terminal is told to cut them off.
 */

import type { TerminalOut } from './terminal.ts';

const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';
const CUT_LONG_LINES = '\u001b[?7l';
const BREAK_LONG_LINES = '\u001b[?7h';
const ERASE_ROW = '\u001b[2K';
const up = (rows: number) => (rows === 0 ? '' : `\u001b[${rows}A`);
const down = (rows: number) => (rows === 0 ? '' : `\u001b[${rows}B`);
/**
 * From the start of a row: this one and those below it, and back. Row by row, because tmux keeps what is erased at once from
 * the top of the screen on.
 */
const eraseRows = (rows: number) => `\r${ERASE_ROW}${`${down(1)}${ERASE_ROW}`.repeat(rows - 1)}${up(rows - 1)}`;

export class LiveArea {
  readonly #out: TerminalOut;
  readonly #reflows: boolean;
  readonly #stopListening: () => void;
  #painted: readonly string[] = [];
  #isCursorHidden = false;

  /** @param reflows the terminal breaks painted lines anew when it becomes narrower */
  constructor(out: TerminalOut, reflows: boolean) {
    this.#out = out;
    this.#reflows = reflows;
    this.#stopListening = out.onResize(() => this.#resized());
  }

  /** Not before the first frame, and not after something else was written or the size changed. */
  get isPainted(): boolean {
    return this.#painted.length > 0;
  }

  /**
   * Shows these lines instead of those before. As many as fit: what has scrolled away cannot be painted again.
   * @param lines without line feeds, each no wider than the screen
   * @param also written with the frame: what a terminal does not show as text
   * @returns whether it was written; not while the terminal takes nothing
   */
  paint(lines: readonly string[], also = ''): boolean {
    if (this.#out.isBusy) return false;
    const next = lines.slice(0, Math.max(0, this.#out.rows - 1));
    this.#out.write(`${this.#frame(next)}${also}`);
    this.#painted = next;
    return true;
  }

  /**
   * Writes whole lines above the painted ones.
   * @param text ends in a line feed
   * @param lines painted again below it at once; without them at the next `paint`
   */
  log(text: string, lines?: readonly string[]): void {
    this.#out.write(`${this.#erasing()}${text}`);
    this.#painted = [];
    if (lines !== undefined) this.paint(lines);
  }

  /** Takes the lines away; the cursor stands where they began, and is seen. */
  erase(): void {
    this.#out.write(`${this.#erasing()}${this.#showing()}`);
    this.#painted = [];
  }

  /** Something else wrote to the terminal: what was painted is left as it is, and the next frame begins where the cursor is. */
  forget(): void {
    this.#painted = [];
    this.#isCursorHidden = false;
  }

  close(): void {
    this.#stopListening();
    this.erase();
  }

  /** From the lines painted now to the next ones. */
  #frame(next: readonly string[]): string {
    const now = this.#painted;
    let text = '';
    let unchanged = 0;
    for (const [i, line] of next.entries()) {
      if (line === now[i]) {
        unchanged += 1;
        continue;
      }
      text += `${down(unchanged)}\r${ERASE_ROW}${line}\n`;
      unchanged = 0;
    }
    if (next.length < now.length) text += `${down(unchanged)}${eraseRows(now.length - next.length)}`;
    else if (text !== '') text += down(unchanged);
    if (text === '') return '';
    const hiding = this.#isCursorHidden ? '' : HIDE_CURSOR;
    this.#isCursorHidden = true;
    return `${hiding}${CUT_LONG_LINES}${up(now.length)}${text}${BREAK_LONG_LINES}`;
  }

  /** With the row of the cursor, where a person may have typed. */
  #erasing(rows = this.#painted.length): string {
    return rows === 0 ? '' : `${up(rows)}${eraseRows(rows + 1)}`;
  }

  #showing(): string {
    const text = this.#isCursorHidden ? SHOW_CURSOR : '';
    this.#isCursorHidden = false;
    return text;
  }

  /** The rows that the lines take now, after the terminal has broken them anew; then the next frame paints all. */
  #resized(): void {
    const { columns } = this.#out;
    const rowsOf = (line: string) => (this.#reflows ? Math.max(1, Math.ceil(Bun.stringWidth(line) / columns)) : 1);
    this.#out.write(this.#erasing(this.#painted.reduce((rows, line) => rows + rowsOf(line), 0)));
    this.#painted = [];
  }
}
