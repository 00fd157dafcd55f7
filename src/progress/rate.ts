/**
 * A smoothed rate of things that come in lumps: tokens of batches, bytes of windows. The caller's clock is passed in: seconds
 * that never go back.
 *
 * Amounts A and seconds S are both forgotten with the same half-life h, so A / S is unbiased from the first lump on:
 *
 *     A = A * 2^(-d / h) + amount,  S = S * 2^(-d / h) + d,  d: seconds since the lump before
 *
 * h is `HALF_LIFE` seconds, or four times the longest recent d where that is more: a processor may need a minute for
 * each batch, and a shorter memory would show its last batch alone. The longest d is itself forgotten by 3 % per lump,
 * not by time: when 16 lanes answer at nearly the same moment, the one long wait must outlast the 15 short ones.
 *
 * Between lumps the rate stays as it is. Only a silence of more than twice the longest d counts as time in which nothing
 * came: a lump that is on its way must not look like a slower machine.
 */

/** A person looks every few seconds: a rate that follows within ten is steady to the eye and still tells a change. */
const HALF_LIFE = 10;
/** Longest waits in one half-life. */
const WAITS = 4;
const WAIT_KEPT = 0.97;
const PATIENCE = 2;

export class Rate {
  #amount = 0;
  #seconds = 0;
  #longest = 0;
  #last: number | undefined;

  /** @param leastHalfLife seconds */
  constructor(readonly leastHalfLife: number = HALF_LIFE) {}

  /** From now on time counts; only the first call does anything. */
  begin(now: number): void {
    this.#last ??= now;
  }

  /** Before the rate has begun only the clock starts: there is no time in which the amount came. */
  add(amount: number, now: number): void {
    if (this.#last === undefined) {
      this.#last = now;
      return;
    }
    const wait = Math.max(0, now - this.#last);
    this.#longest = Math.max(wait, this.#longest * WAIT_KEPT);
    const kept = this.#kept(wait);
    this.#amount = this.#amount * kept + amount;
    this.#seconds = this.#seconds * kept + wait;
    this.#last += wait;
  }

  /** Per second; undefined while there is too little to tell. */
  at(now: number): number | undefined {
    if (this.#last === undefined || this.#seconds === 0) return undefined;
    const silent = Math.max(0, now - this.#last - PATIENCE * this.#longest);
    const kept = this.#kept(silent);
    // Seconds of silence are forgotten as they pass: the integral of 2^(-t / h).
    const forgotten = ((1 - kept) * this.#halfLife) / Math.LN2;
    return (this.#amount * kept) / (this.#seconds * kept + forgotten);
  }

  /** Seconds since the last lump, as far as such a wait is usual. */
  waited(now: number): number {
    return this.#last === undefined ? 0 : Math.min(Math.max(0, now - this.#last), PATIENCE * this.#longest);
  }

  #kept(seconds: number): number {
    return 2 ** (-seconds / this.#halfLife);
  }

  get #halfLife(): number {
    return Math.max(this.leastHalfLife, WAITS * this.#longest);
  }
}
