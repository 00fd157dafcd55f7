/**
 * How fast a device is with one encoder: what the proof measured at first, and then what the batches themselves show.
 *
 * The value is tokens over seconds of the last batches, without those that took more than twice or less than half of what
 * the weighted median says. So a single hiccup changes nothing, small batches (which are mostly overhead) count little, and a
 * device that became slower is believed when half of the tokens say so.
 */

/** Batches that are looked at. */
const KEPT = 12;
const FACTOR = 2;

interface Measured {
  readonly tokens: number;
  readonly seconds: number;
}

export class Speed {
  readonly #measured: Measured[] = [];
  #value: number;

  /** @param given tokens per second to begin with */
  constructor(readonly given: number) {
    if (!(given > 0 && given < Number.POSITIVE_INFINITY)) throw new Error(`a speed of ${given} tokens/s`);
    this.#value = given;
  }

  /** Tokens per second. */
  get value(): number {
    return this.#value;
  }

  /** @param seconds that the whole device would have needed for so many tokens */
  add(tokens: number, seconds: number): void {
    // Too short for the clock: nothing can be learned from it.
    if (!(seconds > 0)) return;
    if (this.#measured.length === 0) this.#measured.push({ tokens, seconds: tokens / this.given });
    this.#measured.push({ tokens, seconds });
    if (this.#measured.length > KEPT) this.#measured.shift();
    this.#value = ratio(this.#measured);
  }
}

function ratio(all: readonly Measured[]): number {
  const center = weightedMedian(all);
  let tokens = 0;
  let seconds = 0;
  for (const one of all) {
    const off = (one.seconds * center) / one.tokens;
    if (off > FACTOR || off < 1 / FACTOR) continue;
    tokens += one.tokens;
    seconds += one.seconds;
  }
  return tokens / seconds;
}

/** Tokens per second, weighted with the tokens; of two in the middle the higher one, because hiccups are slow. */
function weightedMedian(all: readonly Measured[]): number {
  const falling = all
    .map(({ tokens, seconds }) => ({ tokens, speed: tokens / seconds }))
    .sort((a, b) => b.speed - a.speed);
  let left = falling.reduce((sum, { tokens }) => sum + tokens, 0) / 2;
  for (const { tokens, speed } of falling) {
    left -= tokens;
    if (left <= 0) return speed;
  }
  throw new Error('a median of nothing');
}
