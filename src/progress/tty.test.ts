import { describe, expect, test } from 'bun:test';
import { HandTurned } from '../../test/helpers/hand-turned.ts';
import { type TinyOptions, TinyTerminal } from '../../test/helpers/tiny-terminal.ts';
import type { Event } from '../events/event.ts';
import { type Shell, SYSTEM_SHELL } from '../system/job-control.ts';
import { TtyRenderer } from './tty.ts';

const NO_ABILITIES = { reflows: true, taskbar: false };

/** A shell whose user stops jobs and sends them to the background. */
class HandShell implements Shell {
  foreground = true;
  stop = (): void => undefined;
  goOn = (): void => undefined;
  signal = (): void => undefined;
  undone = 0;

  readonly onStop = (before: () => void, after: () => void) => {
    this.stop = before;
    this.goOn = after;
    return () => this.#undo();
  };

  readonly beforeSignal = (action: () => void) => {
    this.signal = action;
    return () => this.#undo();
  };

  readonly isForeground = () => this.foreground;

  #undo(): void {
    this.undone += 1;
  }
}

/** A renderer whose panel counts the events, with everything around it in hand. */
function setUp(options: TinyOptions = {}, abilities = NO_ABILITIES, hasColour = false, shell: Shell = new HandShell()) {
  const out = new TinyTerminal(options);
  const clock = new HandTurned();
  let events = 0;
  let looks = 0;
  const renderer = new TtyRenderer({
    ...{ out, clock, shell, abilities, hasColour, verbosity: 'normal' },
    picture: {
      take: () => {
        events += 1;
      },
      at: (now, width) => {
        looks += 1;
        if (events === 0) return undefined;
        return { lines: [`${events} at ${Math.floor(now)} s`, `width ${width}`], fraction: events / 10 };
      },
    },
  });
  return { out, clock, renderer, looks: () => looks };
}

const STAGE: Event = { event: 'stage', stage: 'predict', note: 'reading' };
const WARNING: Event = { event: 'warning', message: 'mind' };
const PROGRESS: Event = {
  ...{ event: 'progress', records: 1, chunks: 1, frames: 1, viral: 0 },
  ...{ bytes: 1, bytes_total: 2, seconds: 1 },
};
const FINISHED: Event = { event: 'finished', counts: {}, seconds: 1, folder: 'out', written: [] };

describe('TtyRenderer', () => {
  test('the first frame comes after half a second, and never without an event', () => {
    const { out, clock, renderer } = setUp();
    renderer.emit(STAGE);
    clock.pass(0.45);
    expect(out.seen).toEqual(['[info] reading']);
    clock.pass(0.1);
    expect(out.seen).toEqual(['[info] reading', '1 at 0 s', 'width 80']);
    const nothing = setUp();
    nothing.clock.pass(10);
    expect(nothing.out.writes).toEqual([]);
    nothing.renderer.close();
    renderer.close();
  });

  test('what is done at once has no panel', () => {
    const { out, clock, renderer } = setUp();
    renderer.emit(STAGE);
    clock.pass(0.4);
    renderer.emit(FINISHED);
    renderer.close();
    expect(out.writes.join('')).toBe('[info] reading\n[success] done in 1.0 s\n');
  });

  test('at most ten frames a second however much is told; one a second without news', () => {
    const { clock, renderer, looks } = setUp();
    renderer.emit(PROGRESS);
    clock.pass(1);
    const before = looks();
    for (let i = 0; i < 1000; i += 1) {
      renderer.emit(PROGRESS);
      clock.pass(0.01);
    }
    expect(looks() - before).toBeLessThanOrEqual(100);
    expect(looks() - before).toBeGreaterThan(90);
    clock.pass(1);
    const idle = looks();
    clock.pass(10);
    expect(looks() - idle).toBeLessThanOrEqual(10);
    expect(looks() - idle).toBeGreaterThanOrEqual(9);
    renderer.close();
  });

  test('a log line is above the panel; in a burst the panel comes back with the next frame', () => {
    const { out, clock, renderer } = setUp();
    renderer.emit(STAGE);
    clock.pass(1);
    renderer.emit(WARNING);
    expect(out.seen).toEqual(['[info] reading', '[warn] mind', '2 at 1 s', 'width 80']);
    const before = out.writes.length;
    for (let i = 0; i < 50; i += 1) renderer.emit(WARNING);
    expect(out.writes.slice(before).join('')).not.toContain('width');
    clock.pass(0.1);
    expect(out.seen.slice(-3)).toEqual(['[warn] mind', '52 at 1 s', 'width 80']);
    expect(out.seen).toHaveLength(54);
    renderer.close();
  });

  test.each([
    [FINISHED, ['[info] reading', '[success] done in 1.0 s']],
    [{ event: 'failed', message: 'no', exit_code: 2 } satisfies Event, ['[info] reading']],
    [
      { event: 'interrupted', signal: 'SIGINT', resume: 'x', exit_code: 130 } satisfies Event,
      ['[info] reading', '[warn] Stopped by SIGINT: no results were written. To go on: x'],
    ],
  ])('the end takes its place: %j', (last, seen) => {
    const { out, clock, renderer } = setUp();
    renderer.emit(STAGE);
    clock.pass(1);
    renderer.emit(last);
    expect([out.seen, out.isCursorShown]).toEqual([seen, true]);
    clock.pass(5);
    renderer.close();
    expect([out.seen, clock.appointments, out.listeners, out.flushes]).toEqual([seen, 0, 0, [false]]);
  });

  test('lines that are told after the end are shown', () => {
    const { out, clock, renderer } = setUp();
    renderer.emit(STAGE);
    clock.pass(1);
    renderer.makeRoom();
    renderer.emit(WARNING);
    clock.pass(5);
    expect(out.seen).toEqual(['[info] reading', '[warn] mind']);
    renderer.close();
  });

  test('closed, it listens to nothing any more', () => {
    const count = () =>
      ['SIGINT', 'SIGTERM', 'SIGTSTP', 'SIGCONT', 'exit'].map((name) => process.listenerCount(name)).join(' ');
    const before = count();
    const { renderer } = setUp({}, NO_ABILITIES, false, SYSTEM_SHELL);
    expect(count()).not.toBe(before);
    renderer.close();
    renderer.close();
    expect(count()).toBe(before);
  });

  test('Ctrl-Z leaves the shell an orderly terminal, and the panel is back after fg', () => {
    const shell = new HandShell();
    const { out, clock, renderer } = setUp({}, NO_ABILITIES, false, shell);
    renderer.emit(STAGE);
    clock.pass(1);
    shell.stop();
    expect([out.seen, out.isCursorShown, out.column]).toEqual([['[info] reading'], true, 0]);
    out.write('$ fg\n');
    shell.goOn();
    clock.pass(1);
    expect(out.seen).toEqual(['[info] reading', '$ fg', '1 at 1 s', 'width 80']);
    renderer.close();
  });

  test('in the background nothing is painted but lines are written; fg is noticed', () => {
    const shell = new HandShell();
    const { out, clock, renderer } = setUp({}, NO_ABILITIES, false, shell);
    renderer.emit(STAGE);
    clock.pass(1);
    shell.stop();
    shell.foreground = false;
    shell.goOn();
    renderer.emit(WARNING);
    clock.pass(5);
    expect([out.seen, out.isCursorShown]).toEqual([['[info] reading', '[warn] mind'], true]);
    shell.foreground = true;
    clock.pass(1.1);
    expect(out.seen.slice(2)).toEqual(['2 at 6 s', 'width 80']);
    renderer.close();
  });

  test('a signal takes the panel away before anything else is done about it', () => {
    const shell = new HandShell();
    const { out, clock, renderer } = setUp({}, NO_ABILITIES, false, shell);
    renderer.emit(STAGE);
    clock.pass(1);
    out.write('^C');
    shell.signal();
    expect([out.seen, out.isCursorShown, out.flushes, shell.undone]).toEqual([['[info] reading'], true, [true], 2]);
    renderer.close();
  });

  test('an end of the process that nobody announced takes it away too', () => {
    const { out, clock, renderer } = setUp();
    renderer.emit(STAGE);
    clock.pass(1);
    process.listeners('exit').at(-1)?.(0);
    expect([out.seen, out.isCursorShown]).toEqual([['[info] reading'], true]);
    renderer.close();
  });

  test('after a resize the frame has the new width', () => {
    const { out, clock, renderer } = setUp();
    renderer.emit(PROGRESS);
    clock.pass(1);
    out.resize(40);
    clock.pass(0.1);
    expect(out.seen).toEqual(['1 at 1 s', 'width 40']);
    renderer.close();
  });

  test('a terminal that is stopped holds up nothing; going on, it shows the newest', () => {
    const { out, clock, renderer } = setUp();
    renderer.emit(PROGRESS);
    clock.pass(1);
    out.isBusy = true;
    const before = out.writes.length;
    for (let i = 0; i < 100; i += 1) {
      renderer.emit(PROGRESS);
      clock.pass(0.1);
    }
    expect(out.writes.length).toBe(before);
    out.isBusy = false;
    clock.pass(0.1);
    expect(out.seen).toEqual(['101 at 11 s', 'width 80']);
    renderer.close();
  });

  test('the taskbar has the percentage, and nothing at the end', () => {
    const { out, clock, renderer } = setUp({}, { reflows: true, taskbar: true });
    renderer.emit(PROGRESS);
    clock.pass(1);
    expect(out.taskbar).toBe('1;10');
    const before = out.writes.length;
    clock.pass(3);
    expect(out.writes.slice(before).join('')).not.toContain(']9;4');
    renderer.emit(FINISHED);
    expect(out.taskbar).toBeUndefined();
    renderer.close();
  });

  test('tags have colours where there are any, and the text is the same', () => {
    const { out, renderer } = setUp({}, NO_ABILITIES, true);
    renderer.emit(WARNING);
    expect([out.seen, out.colours]).toEqual([['[warn] mind'], 2]);
    renderer.close();
  });
});
