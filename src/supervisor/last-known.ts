/** What a process had reported when it ended: which devices had something to do, and whether it can be started again. */

import { parseReport } from './contract.ts';

/** Only GPUs have a driver of somebody else; what happens in the CPU's arithmetic is no device's fault. */
const CPU = 'cpu';

export class LastKnown {
  /** Calls under way by device, the one that began last at the end. */
  readonly #calls = new Map<string, number>();
  #hasJournal = false;
  #readsOnce = false;
  #rest = '';

  /** What came through the pipe, cut anywhere. */
  take(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#line(line);
  }

  get hasJournal(): boolean {
    return this.#hasJournal;
  }

  get readsOnce(): boolean {
    return this.#readsOnce;
  }

  /** The GPU that was given something last and has not answered yet. */
  get suspect(): string | undefined {
    return [...this.#calls.keys()].filter((device) => device !== CPU).at(-1);
  }

  #line(line: string): void {
    const report = parseReport(line);
    switch (report?.kind) {
      case undefined:
        return;
      case 'journal':
        this.#hasJournal = true;
        return;
      case 'once':
        this.#readsOnce = true;
        return;
      case 'begin': {
        const calls = this.#calls.get(report.device) ?? 0;
        this.#calls.delete(report.device);
        this.#calls.set(report.device, calls + 1);
        return;
      }
      case 'end': {
        const calls = (this.#calls.get(report.device) ?? 0) - 1;
        if (calls > 0) this.#calls.set(report.device, calls);
        else this.#calls.delete(report.device);
        return;
      }
      default:
        report satisfies never;
    }
  }
}
