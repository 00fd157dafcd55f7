/** Expected calibration error (Naeini et al., AAAI 2015): how far probabilities are from frequencies. */

export interface Estimated {
  /** P(virus), 0 to 1. */
  readonly probability: number;
  readonly isVirus: boolean;
  /** Index into the weights. */
  readonly cluster: number;
}

/** As they were drawn, or as if there were as many viruses as others (which the calibration is fitted for). */
export type ClassMix = 'drawn' | 'equal';

export const CALIBRATION_BINS = 15;

/**
 * Over 15 bins of equal width: |part of viruses - mean probability|, weighted by what lies in the bin. 1 lies in the last.
 *
 * @param weights by cluster
 * @returns 0 to 1; NaN of nothing, and for equal classes where one is missing
 */
export function calibrationError(fragments: readonly Estimated[], weights: Float64Array, mix: ClassMix): number {
  const viruses = new Float64Array(CALIBRATION_BINS);
  const probabilities = { virus: new Float64Array(CALIBRATION_BINS), other: new Float64Array(CALIBRATION_BINS) };
  const others = new Float64Array(CALIBRATION_BINS);
  for (const { probability, isVirus, cluster } of fragments) {
    const bin = Math.min(Math.floor(probability * CALIBRATION_BINS), CALIBRATION_BINS - 1);
    const weight = weights[cluster]!;
    const counts = isVirus ? viruses : others;
    const sums = isVirus ? probabilities.virus : probabilities.other;
    counts[bin] = counts[bin]! + weight;
    sums[bin] = sums[bin]! + weight * probability;
  }
  const [allViruses, allOthers] = [sum(viruses), sum(others)];
  const scale =
    mix === 'equal' ? [0.5 / allViruses, 0.5 / allOthers] : [1, 1].map((one) => one / (allViruses + allOthers));
  const [perVirus, perOther] = [scale[0]!, scale[1]!];
  let error = 0;
  for (let bin = 0; bin < CALIBRATION_BINS; bin += 1) {
    const expected = perVirus * probabilities.virus[bin]! + perOther * probabilities.other[bin]!;
    error += Math.abs(perVirus * viruses[bin]! - expected);
  }
  return error;
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
