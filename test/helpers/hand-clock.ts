/** A clock whose hands the test turns. Every look at it is a second later, so nothing is left out for being too soon. */

import type { Clock } from '../../src/fetch/clock.ts';

export class HandClock implements Clock {
  /** Milliseconds of the waits before new attempts, in order. They are over at once. */
  readonly waits: number[] = [];
  readonly #stalls = new Set<() => void>();
  #now = Date.UTC(2026, 0, 1);

  /** @param stallMs waits of this length are watches over connections, and last until `stall` */
  constructor(readonly stallMs: number) {}

  now(): number {
    this.#now += 1000;
    return this.#now;
  }

  after(milliseconds: number, action: () => void): () => void {
    if (milliseconds === this.stallMs) {
      this.#stalls.add(action);
      return () => this.#stalls.delete(action);
    }
    this.waits.push(milliseconds);
    let isOff = false;
    queueMicrotask(() => {
      if (isOff) return;
      this.#now += milliseconds;
      action();
    });
    return () => {
      isOff = true;
    };
  }

  /** Lets the time of all watches pass. */
  stall(): void {
    this.#now += this.stallMs;
    const actions = [...this.#stalls];
    this.#stalls.clear();
    for (const action of actions) action();
  }
}
