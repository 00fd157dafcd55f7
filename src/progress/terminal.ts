/** The terminal on standard error: its size, what it can do, and how it is written to. */

import { WriteStream } from 'node:tty';
import { errorDescriptor, standardError } from './standard-error.ts';

/** A terminal as renderers need it; tests have one of their own. */
export interface TerminalOut {
  /** Of the screen, 1 or more. */
  readonly columns: number;
  readonly rows: number;
  /** Something written before is not on the screen yet: a frame can be left out. */
  readonly isBusy: boolean;
  /** Text that must arrive. */
  write(text: string): void;
  /**
   * Calls `action` after the size has changed.
   * @returns a function that ends it
   */
  onResize(action: () => void): () => void;
  /** Waits until everything has arrived, unless the process is `ending` anyway. */
  flush(ending: boolean): void;
}

export interface TerminalAbilities {
  /** Letters beyond ASCII arrive as such. */
  readonly unicode: boolean;
  /** OSC 9;4: progress in the taskbar or on the tab. */
  readonly taskbar: boolean;
  /** After a resize, long lines are broken anew and take more rows, rather than being cut off. */
  readonly reflows: boolean;
}

export type Environment = Readonly<Record<string, string | undefined>>;

const WIDTH_UNKNOWN = 80;
const HEIGHT_UNKNOWN = 24;
/** A process that ends waits for a stopped terminal so long and no longer. */
const ENDING_MS = 200;

export class StandardTerminal implements TerminalOut {
  readonly #writer = standardError();
  /** It only knows the size. */
  readonly #stream = new WriteStream(errorDescriptor());

  get columns(): number {
    return this.#stream.columns || WIDTH_UNKNOWN;
  }

  get rows(): number {
    return this.#stream.rows || HEIGHT_UNKNOWN;
  }

  get isBusy(): boolean {
    return this.#writer.isBusy;
  }

  write(text: string): void {
    this.#writer.write(text);
  }

  onResize(action: () => void): () => void {
    const stream = this.#stream;
    const changed = (): void => {
      // Bun looks for a new size by itself on its own streams alone.
      if ('_refreshSize' in stream && typeof stream._refreshSize === 'function') stream._refreshSize();
      action();
    };
    process.on('SIGWINCH', changed);
    return () => process.off('SIGWINCH', changed);
  }

  flush(ending: boolean): void {
    // A person stopped the output and will go on with it.
    this.#writer.flush(ending ? ENDING_MS : Number.POSITIVE_INFINITY);
  }
}

export function abilitiesOf(env: Environment): TerminalAbilities {
  const { TERM: term = '', TERM_PROGRAM: program = '' } = env;
  const isMultiplexed = isSet(env['TMUX']) || isSet(env['STY']);
  return {
    unicode: term !== 'linux' && saysUnicode(env),
    // A multiplexer keeps the sequence to itself, and what it runs in may be another terminal than the variables say.
    taskbar:
      !isMultiplexed &&
      (isSet(env['WT_SESSION']) ||
        isSet(env['ConEmuPID']) ||
        env['ConEmuANSI'] === 'ON' ||
        term === 'xterm-ghostty' ||
        ['ghostty', 'wezterm'].includes(program.toLowerCase())),
    // xterm, screen and the console of Linux cut lines off; all others that are in use break them anew.
    reflows: isSet(env['TMUX']) || !(isSet(env['XTERM_VERSION']) || isSet(env['STY']) || term === 'linux'),
  };
}

/** The first of the three that is set decides, as in POSIX; where none is, nearly all terminals of today can. */
function saysUnicode({ LC_ALL, LC_CTYPE, LANG }: Environment): boolean {
  const locale = [LC_ALL, LC_CTYPE, LANG].find(isSet);
  return locale === undefined || /utf-?8/i.test(locale);
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== '';
}
