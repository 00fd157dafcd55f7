/**
 * From the chunks of one record to its call, by the rule that downstream users apply per contig.
 *
 * The rule reads the scores as written in the tables: every score is first turned into its shortest decimal, and all
 * arithmetic is float64 in the order of the chunks. So the same files give the same call, whoever applies the rule.
 * Memory does not grow with the number of chunks.
 */

import { shortestDecimal } from './decimal.ts';

export type Call = 'viral' | 'non_viral' | 'ambiguous';
export type Tier = 'high_confidence' | 'moderate_confidence' | 'low_confidence' | 'review';

const CALL_ABOVE = 0.3;
const HIGH_ABOVE = 0.6;
const CONFIDENT_ABOVE = 0.8;
const CONFIDENT_OTHER_BELOW = 0.3;
const AMBIGUOUS_ABOVE = 0.7;
const LEAST_PROPORTION = 0.1;
/** With fewer scored chunks than this every tier is one step lower. */
const ENOUGH_CHUNKS = 5;

export interface SequenceResult {
  readonly call: Call;
  readonly tier: Tier;
  /** -1 (all others) to 1 (all virus), float64. */
  readonly weightedDelta: number;
  /** Chunks that have a frame. */
  readonly nScored: number;
  readonly confidentViral: number;
  readonly confidentNonViral: number;
  /** Chunks with both maxima high. */
  readonly ambiguous: number;
  /** Confident viral chunks over the scored chunks that are not ambiguous; 0 without any. */
  readonly viralProportion: number;
  readonly nonviralProportion: number;
}

export class SequenceCall {
  #nScored = 0;
  #weightedSum = 0;
  #weightSum = 0;
  #confidentViral = 0;
  #confidentNonViral = 0;
  #ambiguous = 0;

  /**
   * Adds the next chunk that has a frame: its highest P(others) and P(virus), float32.
   *
   * @returns their difference as read from the tables: P(virus) - P(others), float64
   */
  add(max0: number, max1: number): number {
    const score0 = shortestDecimal(max0);
    const score1 = shortestDecimal(max1);
    const delta = score1 - score0;
    const weight = Math.sqrt(Math.abs(delta));
    this.#nScored += 1;
    this.#weightedSum += delta * weight;
    this.#weightSum += weight;
    if (score1 > CONFIDENT_ABOVE && score0 < CONFIDENT_OTHER_BELOW) this.#confidentViral += 1;
    if (score0 > CONFIDENT_ABOVE && score1 < CONFIDENT_OTHER_BELOW) this.#confidentNonViral += 1;
    if (score0 > AMBIGUOUS_ABOVE && score1 > AMBIGUOUS_ABOVE) this.#ambiguous += 1;
    return delta;
  }

  /** @returns undefined when no chunk was added: such a record has a status, and no call */
  result(): SequenceResult | undefined {
    if (this.#nScored === 0) return undefined;
    // Weights are all 0 only when all deltas are, and then their plain mean is 0.
    const weightedDelta = this.#weightSum === 0 ? 0 : this.#weightedSum / this.#weightSum;
    const effective = this.#nScored - this.#ambiguous;
    const viralProportion = effective === 0 ? 0 : this.#confidentViral / effective;
    const nonviralProportion = effective === 0 ? 0 : this.#confidentNonViral / effective;
    const call = weightedDelta > CALL_ABOVE ? 'viral' : weightedDelta < -CALL_ABOVE ? 'non_viral' : 'ambiguous';
    const supported =
      call === 'viral'
        ? this.#confidentViral > 0 && viralProportion >= LEAST_PROPORTION
        : this.#confidentNonViral > 0 && nonviralProportion >= LEAST_PROPORTION;
    return {
      call,
      tier: tierOf(call, supported, Math.abs(weightedDelta) > HIGH_ABOVE, this.#nScored >= ENOUGH_CHUNKS),
      weightedDelta,
      nScored: this.#nScored,
      confidentViral: this.#confidentViral,
      confidentNonViral: this.#confidentNonViral,
      ambiguous: this.#ambiguous,
      viralProportion,
      nonviralProportion,
    };
  }
}

/** @param supported whether enough chunks are confident for the side that was called */
function tierOf(call: Call, supported: boolean, strong: boolean, enoughChunks: boolean): Tier {
  if (call === 'ambiguous') return 'review';
  if (!supported) return enoughChunks ? 'low_confidence' : 'review';
  if (!enoughChunks) return 'low_confidence';
  return strong ? 'high_confidence' : 'moderate_confidence';
}
