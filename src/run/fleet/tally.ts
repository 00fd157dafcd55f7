/** Counts and busy time of one device. Seconds are those of the fleet's clock. */

import type { EncoderName } from '../../model/bundle/manifest.ts';

export class Tally {
  /** Batches whose numbers were taken. */
  batches = 0;
  /** Their tokens, special ones included. */
  readonly tokens: Record<EncoderName, number> = { nucleotide: 0, protein: 0 };
  /** Calls that failed. */
  failures = 0;
  /** Times that something was tried again after the memory had not been enough. */
  retries = 0;
  /** Calls that computed a part of a batch. */
  slices = 0;
  /** Batches computed for nothing, because another device was first. */
  repeats = 0;
  /** When the last batch that counts was done. */
  finishedAt: number | undefined;
  #underWay = 0;
  #busySince = 0;
  #busy = 0;

  /** Calls and batches that are not answered. */
  get underWay(): number {
    return this.#underWay;
  }

  enter(now: number): void {
    if (this.#underWay === 0) this.#busySince = now;
    this.#underWay += 1;
  }

  leave(now: number): void {
    this.#underWay -= 1;
    if (this.#underWay < 0) throw new Error('more answers than calls');
    if (this.#underWay === 0) this.#busy += now - this.#busySince;
  }

  done(encoder: EncoderName, tokens: number, now: number): void {
    this.batches += 1;
    this.tokens[encoder] += tokens;
    this.finishedAt = now;
  }

  /** Seconds with at least one call under way. */
  busySeconds(now: number): number {
    return this.#busy + (this.#underWay > 0 ? now - this.#busySince : 0);
  }
}
