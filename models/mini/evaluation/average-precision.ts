/** Average precision: the area under the steps of the precision-recall curve. */

import type { Ranking } from './ranking.ts';

/**
 * Sum of (R_n - R_{n-1}) * P_n over the different scores, highest first, without interpolation; as scikit-learn's
 * `average_precision_score`. It depends on how many viruses there are among the fragments.
 *
 * @param weights by cluster
 * @returns 0 to 1; NaN without a virus
 */
export function averagePrecision({ labels, clusters, endsTie }: Ranking, weights: Float64Array): number {
  let [viruses, all, area, tied] = [0, 0, 0, 0];
  for (let index = 0; index < labels.length; index += 1) {
    const weight = weights[clusters[index]!]!;
    all += weight;
    if (labels[index] === 1) tied += weight;
    if (endsTie[index] === 0) continue;
    viruses += tied;
    // Behind a tie of weight 0 alone there is nothing to add, and 0 / 0 would spoil the sum.
    if (tied > 0) area += tied * (viruses / all);
    tied = 0;
  }
  return area / viruses;
}
