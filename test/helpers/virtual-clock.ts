/** Time that passes only when nothing else is left to do: from one appointment to the next. Seconds, from 0. */

import type { FleetClock } from '../../src/run/fleet/clock.ts';

interface Appointment {
  readonly at: number;
  readonly order: number;
  readonly action: () => void;
}

export class VirtualClock implements FleetClock {
  readonly #appointments = new Set<Appointment>();
  #now = 0;
  #order = 0;

  now(): number {
    return this.#now;
  }

  after(seconds: number, action: () => void): () => void {
    this.#order += 1;
    const appointment = { at: this.#now + seconds, order: this.#order, action };
    this.#appointments.add(appointment);
    return () => this.#appointments.delete(appointment);
  }

  /** Waits; the time passes at once. */
  wait(seconds: number): Promise<void> {
    return new Promise((resolve) => this.after(seconds, resolve));
  }

  /** Lets time pass until the promise is settled. @throws when nothing is left that could settle it */
  async until<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    const settled = () => {
      isSettled = true;
    };
    promise.then(settled, settled);
    for (;;) {
      // What promises have to do among themselves is done before this turn comes.
      await new Promise((resolve) => setImmediate(resolve));
      if (isSettled) return promise;
      let next: Appointment | undefined;
      for (const one of this.#appointments) {
        if (next === undefined || one.at < next.at || (one.at === next.at && one.order < next.order)) next = one;
      }
      if (next === undefined) throw new Error('everybody waits and nothing will happen');
      this.#appointments.delete(next);
      this.#now = next.at;
      next.action();
    }
  }
}
