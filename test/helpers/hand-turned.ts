/** A renderers' clock that the test turns. Seconds, from 0. */

import type { ProgressClock } from '../../src/progress/clock.ts';

interface Repeated {
  readonly seconds: number;
  readonly action: () => void;
  next: number;
}

export class HandTurned implements ProgressClock {
  readonly #repeated = new Set<Repeated>();
  #now = 0;

  now(): number {
    return this.#now;
  }

  every(seconds: number, action: () => void): () => void {
    const repeated = { seconds, action, next: this.#now + seconds };
    this.#repeated.add(repeated);
    return () => this.#repeated.delete(repeated);
  }

  /** What is still to come again. */
  get appointments(): number {
    return this.#repeated.size;
  }

  /** Lets time pass. A thousandth is forgiven, because tenths do not add up. */
  pass(seconds: number): void {
    const end = this.#now + seconds;
    for (;;) {
      const due = [...this.#repeated].filter(({ next }) => next <= end + 0.001).sort((a, b) => a.next - b.next);
      const [first] = due;
      if (first === undefined) break;
      this.#now = Math.max(this.#now, first.next);
      first.next += first.seconds;
      first.action();
    }
    this.#now = end;
  }
}
