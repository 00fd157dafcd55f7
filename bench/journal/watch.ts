/** Watches the calls that a run makes of its journal: when they come, when they are on the disk, and who waits. */

import type { Event } from '../../src/events/event.ts';
import { JournalFile } from '../../src/journal/journal-file.ts';
import { RunJournal } from '../../src/journal/run-journal.ts';
import type { EncoderName } from '../../src/model/bundle/manifest.ts';
import { JournaledRun } from '../../src/run/journaled.ts';
import { StageClock } from '../../src/run/stage-clock.ts';
import { endsHere, type Window } from '../../src/run/window.ts';

/** A call, with all that is needed to make it again. Embeddings are not kept: their values cost nothing. */
export type Call =
  | { readonly call: 'meet'; readonly at: number; readonly number: number; readonly window: Window }
  | {
      readonly call: 'rows';
      readonly at: number;
      readonly number: number;
      readonly encoder: EncoderName;
      readonly rows: readonly number[];
      readonly width: number;
    }
  | { readonly call: 'scores'; readonly at: number; readonly number: number; readonly pairs: number };

export class Watch {
  readonly calls: Call[] = [];
  /** CPU seconds of the main thread in calls of the journal. */
  mainCpu = 0;
  /** Seconds that the run waited. */
  waited = 0;
  /** Seconds from rows to their sync. */
  readonly untilSafe: number[] = [];
  mostRows = 0;
  batches = 0;
  checkpoints = 0;
  untilCheckpoint = 0;
  /** The first batch behind the last checkpoint. */
  #batch: number | undefined;
  readonly #unsafe = { nucleotide: 0, protein: 0 };
  readonly #undo: (() => void)[] = [];
  readonly #shapes = new Map<string, Window>();

  /** Puts itself between a run and its journal. */
  start(): void {
    this.#watchClock();
    this.#watchRun();
    this.#watchFiles();
  }

  /** Gives the run and its journal back as they were. */
  stop(): void {
    for (const undo of this.#undo) undo();
  }

  take(event: Event): void {
    if (event.event === 'batch' && event.status === 'complete') {
      this.batches += 1;
      this.#batch ??= now();
    } else if (event.event === 'checkpoint') {
      this.checkpoints += 1;
      if (this.#batch !== undefined) this.untilCheckpoint = Math.max(this.untilCheckpoint, now() - this.#batch);
      this.#batch = undefined;
    }
  }

  #watchClock(): void {
    const watch = this;
    const { time } = StageClock.prototype;
    this.#undo.push(() => Object.assign(StageClock.prototype, { time }));
    StageClock.prototype.time = function (stage, work) {
      if (stage !== 'journal') return time.call(this, stage, work) as ReturnType<typeof work>;
      const began = process.threadCpuUsage();
      try {
        return time.call(this, stage, work) as ReturnType<typeof work>;
      } finally {
        watch.mainCpu += cpuSeconds(process.threadCpuUsage(began));
      }
    };
  }

  /** One window stands for all that are like it: thousands of them would keep the collector of memory busy. */
  #alike(window: Window): Window {
    const { records, masks, frames } = window;
    // Which record has which frame matters.
    if (frames.length > 0) return window;
    const shape = [records.length, records.filter(endsHere).length, masks.length].join(' ');
    const known = this.#shapes.get(shape) ?? window;
    this.#shapes.set(shape, known);
    return known;
  }

  #watchRun(): void {
    const watch = this;
    const { meet, rows, scores } = JournaledRun.prototype;
    this.#undo.push(() => Object.assign(JournaledRun.prototype, { meet, rows, scores }));
    JournaledRun.prototype.meet = function (number, window, embeddings) {
      watch.calls.push({ call: 'meet', at: now(), number, window: watch.#alike(window) });
      return meet.call(this, number, window, embeddings);
    };
    JournaledRun.prototype.rows = function (number, encoder, numbers, embeddings) {
      const width = embeddings.length / numbers.length;
      watch.calls.push({ call: 'rows', at: now(), number, encoder, rows: numbers, width });
      return rows.call(this, number, encoder, numbers, embeddings);
    };
    JournaledRun.prototype.scores = function (number, values) {
      watch.calls.push({ call: 'scores', at: now(), number, pairs: values.length / 2 });
      return scores.call(this, number, values);
    };
  }

  #watchFiles(): void {
    const watch = this;
    const { begin } = RunJournal;
    RunJournal.begin = (...given) => this.#wait(begin.apply(RunJournal, given));
    this.#undo.push(() => Object.assign(RunJournal, { begin }));
    const { rows, finish } = RunJournal.prototype;
    this.#undo.push(() => Object.assign(RunJournal.prototype, { rows, finish }));
    RunJournal.prototype.finish = function () {
      return watch.#wait(finish.call(this));
    };
    RunJournal.prototype.rows = function (window, encoder, numbers, embeddings, whenSafe) {
      const given = now();
      watch.#unsafe[encoder] += numbers.length;
      watch.mostRows = Math.max(watch.mostRows, watch.#unsafe[encoder]);
      return rows.call(this, window, encoder, numbers, embeddings, () => {
        watch.#unsafe[encoder] -= numbers.length;
        watch.untilSafe.push(now() - given);
        whenSafe?.();
      });
    };
    const { append } = JournalFile.prototype;
    this.#undo.push(() => Object.assign(JournalFile.prototype, { append }));
    JournalFile.prototype.append = function (frame, whenSafe) {
      const room = append.call(this, frame, whenSafe);
      return Bun.peek.status(room) === 'pending' ? watch.#wait(room) : room;
    };
  }

  async #wait<T>(promise: Promise<T>): Promise<T> {
    const began = now();
    try {
      return await promise;
    } finally {
      this.waited += now() - began;
    }
  }
}

export function cpuSeconds({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1e6;
}

/** Seconds. */
export function now(): number {
  return performance.now() / 1000;
}
