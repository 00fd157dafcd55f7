/** What was called virus against what is one. All numbers are sums of weights. */

export interface Decided {
  readonly isVirus: boolean;
  readonly calledVirus: boolean;
  /** Index into the weights. */
  readonly cluster: number;
}

export interface Confusion {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly trueNegatives: number;
  readonly falseNegatives: number;
}

/** @param weights by cluster */
export function confusionOf(fragments: readonly Decided[], weights: Float64Array): Confusion {
  let [truePositives, falsePositives, trueNegatives, falseNegatives] = [0, 0, 0, 0];
  for (const { isVirus, calledVirus, cluster } of fragments) {
    const weight = weights[cluster]!;
    if (isVirus && calledVirus) truePositives += weight;
    else if (isVirus) falseNegatives += weight;
    else if (calledVirus) falsePositives += weight;
    else trueNegatives += weight;
  }
  return { truePositives, falsePositives, trueNegatives, falseNegatives };
}

/** NaN of nothing. */
export function accuracy({ truePositives, falsePositives, trueNegatives, falseNegatives }: Confusion): number {
  return (truePositives + trueNegatives) / (truePositives + falsePositives + trueNegatives + falseNegatives);
}

/** Part of the viruses that was called virus; NaN without one. */
export function recall({ truePositives, falseNegatives }: Confusion): number {
  return truePositives / (truePositives + falseNegatives);
}

/** Part of the others that was called virus; NaN without one. */
export function falsePositiveRate({ falsePositives, trueNegatives }: Confusion): number {
  return falsePositives / (falsePositives + trueNegatives);
}

/** Harmonic mean of precision and recall; NaN where there is no virus and none was called. */
export function f1({ truePositives, falsePositives, falseNegatives }: Confusion): number {
  return (2 * truePositives) / (2 * truePositives + falsePositives + falseNegatives);
}

/** Matthews' correlation coefficient, -1 to 1; 0 where a row or column of the table is empty, as is usual. */
export function mcc({ truePositives, falsePositives, trueNegatives, falseNegatives }: Confusion): number {
  const product =
    (truePositives + falsePositives) *
    (truePositives + falseNegatives) *
    (trueNegatives + falsePositives) *
    (trueNegatives + falseNegatives);
  if (product === 0) return 0;
  return (truePositives * trueNegatives - falsePositives * falseNegatives) / Math.sqrt(product);
}
