/**
 * Seconds until a run is done: what is left of it, divided by the smoothed rate at which it was done, less the time since
 * the last step. Between steps it counts down like a clock; when a step is late, the falling rate holds it up.
 */

import { Rate } from './rate.ts';

/** Longer than that of a rate people look at: an end that jumps is worse than one that follows late. */
const HALF_LIFE = 30;
/** The first batches warm caches and compile shaders; a guess from them is off by a multiple. */
const QUIET_SECONDS = 5;

export class Eta {
  readonly #rate = new Rate(HALF_LIFE);
  #beganAt: number | undefined;
  #hasMoved = false;
  #fraction = 0;

  /** The work begins, `fraction` of it done before. May be told better until something moves. */
  begin(fraction: number, now: number): void {
    if (this.#hasMoved) return;
    this.#beganAt ??= now;
    this.#fraction = fraction;
    this.#rate.begin(now);
  }

  /** @param fraction done of the whole, 0 to 1, that never falls */
  moved(fraction: number, now: number): void {
    if (this.#beganAt === undefined) this.begin(fraction, now);
    if (fraction <= this.#fraction) return;
    this.#hasMoved = true;
    this.#rate.add(fraction - this.#fraction, now);
    this.#fraction = fraction;
  }

  /** Undefined in the first seconds and as long as nothing moves. */
  left(now: number): number | undefined {
    if (this.#beganAt === undefined || now - this.#beganAt < QUIET_SECONDS) return undefined;
    const rate = this.#rate.at(now);
    if (rate === undefined || rate <= 0) return undefined;
    return Math.max(0, (1 - this.#fraction) / rate - this.#rate.waited(now));
  }
}
