/**
 * From a difference of scores to the probability that a sequence is viral: Platt scaling, p = 1 / (1 + exp(-(a x + b))).
 *
 * Source: J. Platt, Probabilistic outputs for support vector machines and comparisons to regularized likelihood methods,
 * Advances in Large Margin Classifiers, 1999. The value that is scaled is x = ln((1 + d) / (1 - d)) of a difference d =
 * P(virus) - P(others): the two add up to 1, so for one frame this is logit(P(virus)), the margin of the classifier.
 *
 * All arithmetic is float64 on numbers as written in the tables, so the columns can be computed again from them.
 */

/** Fitted for one head, on data that the model has not seen. */
export interface PlattScaling {
  /** Above 0: the order of the differences is the order of the probabilities. */
  readonly slope: number;
  readonly intercept: number;
  /** Probability from which on a record is taken for a virus, between 0 and 1. */
  readonly threshold: number;
}

/**
 * Differences beyond it count as this one: x stays within ln(2^24 - 1) = 16.6. It is the difference at the largest
 * float32 below 1, 1 - 2^-24: above it the softmax, which is float32, says 1 and the margin is lost.
 */
export const LARGEST_DIFFERENCE = 1 - 2 ** -23;

/**
 * @param difference `max_score_1 - max_score_0` of a chunk or `weighted_delta` of a record, -1 to 1
 * @returns P(virus), 0 to 1; never falls where the difference rises
 */
export function virusProbability({ slope, intercept }: PlattScaling, difference: number): number {
  const d = Math.min(Math.max(difference, -LARGEST_DIFFERENCE), LARGEST_DIFFERENCE);
  const x = Math.log((1 + d) / (1 - d));
  return 1 / (1 + Math.exp(-(slope * x + intercept)));
}

/** @param probability of `virusProbability` */
export function isVirus({ threshold }: PlattScaling, probability: number): boolean {
  return probability >= threshold;
}
