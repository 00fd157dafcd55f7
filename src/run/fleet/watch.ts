/**
 * Notices that a device gives no answer any more. Time is counted in quarters: after a computer slept, or when the main
 * thread was long at work, one quarter has passed and not the whole of it, so answers that wait are heard first.
 */

import type { FleetClock } from './clock.ts';

const QUARTERS = 4;

export class HangWatch {
  #callOff: (() => void) | undefined;
  #quiet = 0;

  /**
   * @param patience seconds without an answer that are too long; asked anew for each quarter, Infinity for no watch
   * @param onHang called once the silence was longer, by a quarter at most
   */
  constructor(
    readonly clock: FleetClock,
    readonly patience: () => number,
    readonly onHang: () => void,
  ) {}

  /** Something is under way. */
  start(): void {
    if (this.#callOff !== undefined) return;
    this.#quiet = 0;
    this.#wait();
  }

  /** An answer has come. */
  progress(): void {
    this.#quiet = 0;
  }

  /** Nothing is under way. */
  stop(): void {
    this.#callOff?.();
    this.#callOff = undefined;
  }

  #wait(): void {
    const seconds = this.patience() / QUARTERS;
    if (seconds === Number.POSITIVE_INFINITY) return;
    this.#callOff = this.clock.after(seconds, () => {
      this.#callOff = undefined;
      this.#quiet += 1;
      // The first of them may have begun before the last answer.
      if (this.#quiet > QUARTERS) this.onHang();
      else this.#wait();
    });
  }
}
