/**
 * Bootstrap intervals (Efron's percentile method): every statistic is computed again over genomes drawn with replacement.
 *
 * Genomes are drawn, not fragments: neighbouring windows are not independent of each other, and resampling them one by
 * one would give intervals that are too narrow. Viruses and others are drawn apart, so that every resample has both.
 * All statistics of a length see the same resamples.
 */

import type { Random } from './random.ts';

export interface Estimate {
  /** Over all genomes, once each. */
  readonly value: number;
  /** 2.5th and 97.5th percentile of the resamples; null with too few genomes to say. */
  readonly low: number | null;
  readonly high: number | null;
}

/** @param weights by genome: how often it is in the resample; @returns NaN where it is not defined */
export type Statistic = (weights: Float64Array) => number;

export const RESAMPLES = 1000;
/** With fewer genomes an interval would be as good as made up. */
export const FEWEST_GENOMES = 5;

export class Bootstrap {
  readonly #once: Float64Array;
  readonly #resamples: readonly Float64Array[];

  /** @param strata indexes of genomes, `[0, genomes)` each in one stratum */
  constructor(strata: readonly (readonly number[])[], random: Random, resamples: number = RESAMPLES) {
    const genomes = strata.reduce((sum, stratum) => sum + stratum.length, 0);
    this.#once = new Float64Array(genomes).fill(1);
    this.#resamples = Array.from({ length: resamples }, () => {
      const weights = new Float64Array(genomes);
      for (const stratum of strata) {
        for (let draw = 0; draw < stratum.length; draw += 1) {
          const genome = stratum[random.below(stratum.length)]!;
          weights[genome] = weights[genome]! + 1;
        }
      }
      return weights;
    });
  }

  /**
   * @param genomes how many different ones the statistic looks at
   * @returns null where the statistic is not defined
   */
  estimate(statistic: Statistic, genomes: number): Estimate | null {
    const value = statistic(this.#once);
    if (Number.isNaN(value)) return null;
    if (genomes < FEWEST_GENOMES) return { value, low: null, high: null };
    const values = Float64Array.from(this.#resamples, statistic).filter((one) => !Number.isNaN(one));
    values.sort();
    return { value, low: quantile(values, 0.025), high: quantile(values, 0.975) };
  }
}

/** Between the two nearest values in proportion; null of nothing. @param sorted ascending */
export function quantile(sorted: Float64Array, part: number): number | null {
  if (sorted.length === 0) return null;
  const place = part * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!];
  return below + (above - below) * (place - Math.floor(place));
}
