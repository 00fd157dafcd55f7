/**
 * The executable in a pseudo terminal of its own, as the only job of a session: keys typed there become signals, and the
 * screen is that of `TinyTerminal`.
 */

import type { Box } from './binary.ts';
import { TinyTerminal } from './tiny-terminal.ts';

const SETSID = Bun.which('setsid');

/** Why there can be no such terminal here; undefined where there can. */
export const NO_PTY =
  process.platform === 'win32'
    ? 'pseudo terminals of Windows are another matter'
    : SETSID === null
      ? 'setsid (util-linux) gives a process its terminal, and is not here'
      : undefined;

/** Says that all before it has arrived; no program writes it. */
const MARK = '\u0000';

export interface PtyOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** A shell's command line, in which "$@" is the executable with its arguments. */
  readonly shell?: string;
}

export class Pty {
  readonly screen: TinyTerminal;
  /** Everything that arrived. */
  text = '';
  readonly exited: Promise<number>;
  readonly #terminal: Bun.Terminal;
  readonly #decoder = new TextDecoder();
  readonly #waiting = new Set<() => void>();
  #rest = '';
  #isOver = false;
  #isDrained = false;

  constructor(box: Box, args: readonly string[], { columns = 80, rows = 24, env = {}, shell }: PtyOptions = {}) {
    this.screen = new TinyTerminal({ columns, rows });
    this.#terminal = new Bun.Terminal({ cols: columns, rows, data: (_, bytes) => this.#take(bytes) });
    const command = shell === undefined ? [] : ['/bin/bash', '-c', shell, 'bash'];
    const all = { ...box.env, TERM: 'xterm-256color', ...env };
    const child = Bun.spawn([SETSID ?? 'setsid', '--ctty', ...command, box.binary, ...args], {
      cwd: box.folder,
      env: Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined)),
      terminal: this.#terminal,
    });
    this.exited = child.exited.then((code) => {
      this.#isOver = true;
      this.#wake();
      return code;
    });
  }

  /** What is on the screen, and above it. */
  get seen(): string[] {
    return this.screen.seen;
  }

  /** Waits for output until this holds. @throws when the process ends before */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      if (this.#isOver) throw new Error(`it ended: ${JSON.stringify(this.text.slice(-2000))}`);
      await this.#news();
    }
  }

  /** Until a line that is seen holds this text. */
  untilSeen(text: string): Promise<void> {
    return this.until(() => this.seen.some((line) => line.includes(text)));
  }

  type(keys: string): void {
    this.#terminal.write(keys);
  }

  resize(columns: number, rows = this.screen.rows): void {
    this.screen.resize(columns, rows);
    this.#terminal.resize(columns, rows);
  }

  /** @returns the exit code, when all output is there */
  async end(): Promise<number> {
    const code = await this.exited;
    // Nothing tells that the last byte has arrived, so a byte of our own is sent behind it.
    Bun.spawn(['printf', '\\0'], { terminal: this.#terminal });
    while (!this.#isDrained) await this.#news();
    this.#terminal.close();
    return code;
  }

  #news(): Promise<void> {
    return new Promise((resolve) => this.#waiting.add(resolve));
  }

  #take(bytes: Uint8Array): void {
    const arrived = this.#decoder.decode(bytes, { stream: true });
    this.#isDrained ||= arrived.endsWith(MARK);
    const text = this.#rest + arrived.replace(MARK, '');
    this.text += text.slice(this.#rest.length);
    // A sequence may arrive in two parts.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal obeys
    const begun = text.search(/\u001b(?:\[[?\d]*|\][^\u0007\u001b]*\u001b?)?$/);
    const end = begun < 0 ? text.length : begun;
    this.#rest = text.slice(end);
    this.screen.write(text.slice(0, end));
    this.#wake();
  }

  #wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resolve of waiting) resolve();
  }
}
