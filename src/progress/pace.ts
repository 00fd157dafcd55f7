/**
 * When the next line about how far a run is falls due: at every twentieth of the whole, and after half a minute without
 * one, but never two within two seconds. Seconds of any clock that never goes back.
 */

const LONGEST_SECONDS = 30;
const SHORTEST_SECONDS = 2;
const STEPS = 20;

export class Pace {
  #lookedAt: number | undefined;
  #toldAt: number | undefined;
  #step = 0;

  /** Whether it is worth asking how far the run is: that costs more than this question, which is asked for every event. */
  isTimeToLook(now: number): boolean {
    this.#lookedAt ??= now;
    this.#toldAt ??= now;
    if (now - this.#lookedAt < SHORTEST_SECONDS) return false;
    this.#lookedAt = now;
    return true;
  }

  /** @param fraction of the whole, 0 to 1; undefined where the whole is not known */
  isDue(fraction: number | undefined, now: number): boolean {
    const step = Math.floor((fraction ?? 0) * STEPS);
    if (step <= this.#step && now - (this.#toldAt ?? now) < LONGEST_SECONDS) return false;
    this.#step = Math.max(step, this.#step);
    this.#toldAt = now;
    return true;
  }

  /** Another work begins, at nothing. */
  restart(now: number): void {
    this.#step = 0;
    this.#lookedAt = now;
    this.#toldAt = now;
  }
}
