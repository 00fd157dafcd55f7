/**
 * As much of a terminal as the renderers use, so that tests compare what a person sees and not bytes. Knows rows that are
 * broken or cut off, scrolling, the cursor, erasing, colours (counted, not kept) and the taskbar; anything else is an error.
 */

import type { TerminalOut } from '../../src/progress/terminal.ts';

interface Row {
  /** One entry per column; '' behind a wide letter. */
  cells: string[];
  /** The row before went on here because it was full. */
  continues: boolean;
}

export interface TinyOptions {
  columns?: number;
  rows?: number;
  /** Lines that are too long after a resize are broken anew; otherwise they are cut off. */
  reflows?: boolean;
}

export class TinyTerminal implements TerminalOut {
  columns: number;
  rows: number;
  isBusy = false;
  isCursorShown = true;
  /** Of OSC 9;4; undefined when there is none. */
  taskbar: string | undefined;
  /** Sequences that set or reset a colour. */
  colours = 0;
  /** Everything that was written, one entry per write. */
  readonly writes: string[] = [];
  readonly flushes: boolean[] = [];
  readonly #reflows: boolean;
  readonly #listeners = new Set<() => void>();
  #lines: Row[] = [{ cells: [], continues: false }];
  /** First row of the screen. */
  #top = 0;
  #row = 0;
  #column = 0;
  #breaks = true;

  constructor({ columns = 80, rows = 24, reflows = true }: TinyOptions = {}) {
    this.columns = columns;
    this.rows = rows;
    this.#reflows = reflows;
  }

  /** All that was ever on the screen and is not erased, the row of the cursor included if something is in it. */
  get seen(): string[] {
    const texts = this.#lines.map(({ cells }) =>
      cells
        .map((cell) => cell ?? ' ')
        .join('')
        .trimEnd(),
    );
    while (texts.length > 0 && texts.at(-1) === '') texts.pop();
    return texts;
  }

  get column(): number {
    return this.#column;
  }

  write(text: string): void {
    this.writes.push(text);
    const pattern =
      // biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal obeys
      /\u001b\[(\??)(\d*)([A-Za-z])|\u001b\](\d+);(.*?)(?:\u0007|\u001b\\)|([\u0000-\u001f\u007f])|([^\u0000-\u001f\u007f]+)/gu;
    let end = 0;
    for (const match of text.matchAll(pattern)) {
      if (match.index !== end) throw new Error(`not known: ${JSON.stringify(text.slice(end, match.index))}`);
      end += match[0].length;
      const [, mark, number, letter, command, rest, control, letters] = match;
      if (letter !== undefined) this.#obey(`${mark}${letter}`, number === '' ? undefined : Number(number));
      else if (command !== undefined) this.#announce(command, rest ?? '');
      else if (control !== undefined) this.#move(control);
      else for (const one of letters ?? '') this.#put(one);
    }
    if (end !== text.length) throw new Error(`not known: ${JSON.stringify(text.slice(end))}`);
  }

  onResize(action: () => void): () => void {
    this.#listeners.add(action);
    return () => this.#listeners.delete(action);
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  flush(ending: boolean): void {
    this.flushes.push(ending);
  }

  resize(columns: number, rows = this.rows): void {
    this.columns = columns;
    this.rows = rows;
    if (this.#reflows) this.#breakAnew();
    else for (const line of this.#lines) line.cells.length = Math.min(line.cells.length, columns);
    this.#column = Math.min(this.#column, columns - 1);
    this.#top = Math.max(0, this.#row - rows + 1);
    for (const action of this.#listeners) action();
  }

  #breakAnew(): void {
    const before = this.#lines;
    const cursorLine = before[this.#row];
    this.#lines = [];
    let whole: string[] = [];
    for (const [i, line] of before.entries()) {
      whole.push(...line.cells);
      if (before[i + 1]?.continues !== true) {
        const count = Math.max(1, Math.ceil(whole.length / this.columns));
        for (let part = 0; part < count; part += 1) {
          const cells = whole.slice(part * this.columns, (part + 1) * this.columns);
          this.#lines.push({ cells, continues: part > 0 });
        }
        whole = [];
      }
      if (line === cursorLine) this.#row = this.#lines.length - 1;
    }
  }

  #obey(command: string, number: number | undefined): void {
    const count = number ?? 1;
    switch (command) {
      case 'A':
        this.#row = Math.max(this.#top, this.#row - count);
        return;
      case 'B':
        this.#row = Math.min(this.#top + this.rows - 1, this.#row + count);
        this.#reach();
        return;
      case 'K':
        if (number !== 2) throw new Error('only whole rows are erased');
        this.#here().cells = [];
        // What is erased belongs to no line any more.
        this.#here().continues = false;
        for (const below of this.#lines.slice(this.#row + 1, this.#row + 2)) below.continues = false;
        return;
      case '?h':
      case '?l':
        this.#switch(count, command === '?h');
        return;
      case 'm':
        this.colours += 1;
        return;
      default:
        throw new Error(`not known: ${command}`);
    }
  }

  #switch(what: number, isOn: boolean): void {
    if (what === 25) this.isCursorShown = isOn;
    else if (what === 7) this.#breaks = isOn;
    else throw new Error(`not known: ?${what}`);
  }

  #announce(command: string, rest: string): void {
    if (command !== '9' || !rest.startsWith('4;')) throw new Error(`not known: OSC ${command}`);
    this.taskbar = rest.startsWith('4;0;') ? undefined : rest.slice(2);
  }

  #move(control: string): void {
    if (control === '\r') this.#column = 0;
    else if (control === '\n') {
      // As a terminal's driver does it for programs: with a return.
      this.#column = 0;
      this.#row += 1;
      this.#reach();
    } else throw new Error(`not known: ${JSON.stringify(control)}`);
  }

  #put(letter: string): void {
    const width = Bun.stringWidth(letter);
    if (this.#column + width > this.columns) {
      if (this.#breaks) {
        this.#row += 1;
        this.#column = 0;
        this.#reach();
        this.#here().continues = true;
      } else this.#column = this.columns - width;
    }
    const { cells } = this.#here();
    while (cells.length < this.#column) cells.push(' ');
    cells[this.#column] = letter;
    if (width === 2) cells[this.#column + 1] = '';
    this.#column += width;
  }

  #here(): Row {
    return this.#lines[this.#row]!;
  }

  #reach(): void {
    while (this.#lines.length <= this.#row) this.#lines.push({ cells: [], continues: false });
    this.#top = Math.max(this.#top, this.#row - this.rows + 1);
  }
}
