/**
 * Events on a terminal: log lines as they come, and below them a panel of what the run is doing.
 *
 * The panel appears after half a second, so that what is done at once does not flicker, is painted at most ten times a
 * second, and only when something was told or a second has passed. It makes room for the summary, for data on the same
 * terminal, for a shell (Ctrl-Z), and for the end by a signal.
 */

import type { Event } from '../events/event.ts';
import type { Shell } from '../system/job-control.ts';
import type { ProgressClock } from './clock.ts';
import { withColouredTags } from './colour.ts';
import { EventLines, type Verbosity } from './event-lines.ts';
import { LiveArea } from './live-area.ts';
import { type Line, openLog } from './log.ts';
import type { Progress } from './progress.ts';
import { Taskbar } from './taskbar.ts';
import type { TerminalAbilities, TerminalOut } from './terminal.ts';

const FIRST_FRAME_SECONDS = 0.5;
const FRAME_SECONDS = 0.1;
/** Without news: time passes all the same. */
const IDLE_FRAME_SECONDS = 1;

/** Between two looks whether the terminal is ours again. */
const LOOK_SECONDS = 1;

/** What is painted; collects events. Times are those of the clock, in seconds. */
export interface Picture {
  take(event: Event, now: number): void;
  /** Lines no wider than `width` columns, and how much is done, 0 to 1; undefined where there is nothing to paint. */
  at(now: number, width: number): { lines: readonly string[]; fraction: number | undefined } | undefined;
}

export interface TtyParts {
  readonly out: TerminalOut;
  readonly clock: ProgressClock;
  readonly abilities: Pick<TerminalAbilities, 'reflows' | 'taskbar'>;
  readonly shell: Shell;
  readonly picture: Picture;
  readonly verbosity: Verbosity;
  readonly hasColour: boolean;
}

export class TtyRenderer implements Progress {
  readonly #out: TerminalOut;
  readonly #clock: ProgressClock;
  readonly #shell: Shell;
  readonly #picture: Picture;
  readonly #lines: EventLines;
  readonly #log: (line: Line) => void;
  readonly #area: LiveArea;
  readonly #taskbar: Taskbar | undefined;
  readonly #undo: (() => void)[];
  readonly #begun: number;
  #lastFrame = Number.NEGATIVE_INFINITY;
  #hasNews = false;
  /** A shell has the terminal. */
  #isHidden = false;
  #lastLook = Number.NEGATIVE_INFINITY;
  #isOver = false;
  /** Log lines of the event that is being told. */
  #text = '';

  constructor({ out, clock, abilities, shell, picture, verbosity, hasColour }: TtyParts) {
    this.#out = out;
    this.#clock = clock;
    this.#shell = shell;
    this.#picture = picture;
    this.#area = new LiveArea(out, abilities.reflows);
    this.#taskbar = abilities.taskbar ? new Taskbar() : undefined;
    this.#begun = clock.now();
    this.#lines = new EventLines(verbosity);
    this.#log = openLog((text) => {
      this.#text += hasColour ? withColouredTags(text) : text;
    });
    const end = (): void => this.#end(true);
    process.on('exit', end);
    this.#undo = [
      clock.every(FRAME_SECONDS, () => this.#tick()),
      () => process.off('exit', end),
      shell.beforeSignal(end),
      shell.onStop(
        () => this.#area.erase(),
        () => {
          this.#area.forget();
          this.#isHidden = !shell.isForeground();
        },
      ),
    ];
  }

  readonly emit = (event: Event): void => {
    this.#picture.take(event, this.#clock.now());
    this.#hasNews = true;
    if (isLast(event)) this.makeRoom();
    for (const line of this.#lines.of(event)) this.#log(line);
    if (this.#text !== '') this.#write(this.#text);
    this.#text = '';
  };

  /** Takes the panel away for good. */
  makeRoom(): void {
    this.#end(false);
  }

  close(): void {
    this.makeRoom();
    this.#out.flush(false);
  }

  #end(ending: boolean): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const undo of this.#undo) undo();
    this.#area.close();
    this.#out.write(this.#taskbar?.clear() ?? '');
    if (ending) this.#out.flush(true);
  }

  #tick(): void {
    const now = this.#clock.now();
    if (this.#isOver || (this.#isHidden && !this.#isBack(now))) return;
    if (now - this.#begun < FIRST_FRAME_SECONDS) return;
    const hasNews = this.#hasNews || !this.#area.isPainted;
    if (!hasNews && now - this.#lastFrame < IDLE_FRAME_SECONDS) return;
    const frame = this.#picture.at(now, this.#out.columns);
    if (frame === undefined) return;
    if (!this.#area.paint(frame.lines, this.#taskbar?.show(frame.fraction))) return;
    this.#lastFrame = now;
    this.#hasNews = false;
  }

  /** A shell says nothing when it gives the terminal to a process that runs already (`bg`, then `fg`). */
  #isBack(now: number): boolean {
    if (now - this.#lastLook < LOOK_SECONDS) return false;
    this.#lastLook = now;
    this.#isHidden = !this.#shell.isForeground();
    return !this.#isHidden;
  }

  /** In a burst of lines the panel waits for the next frame, so that it is not written with each of them. */
  #write(text: string): void {
    const now = this.#clock.now();
    const isShown = !this.#isOver && !this.#isHidden && this.#lastFrame > Number.NEGATIVE_INFINITY;
    const frame =
      isShown && now - this.#lastFrame >= FRAME_SECONDS ? this.#picture.at(now, this.#out.columns) : undefined;
    this.#area.log(text, frame?.lines);
    if (frame !== undefined) this.#lastFrame = now;
  }
}

/** The summary takes the panel's place. */
function isLast({ event }: Event): boolean {
  return event === 'finished' || event === 'failed' || event === 'interrupted' || event === 'estimate';
}
