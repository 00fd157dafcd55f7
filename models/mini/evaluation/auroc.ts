/** Area under the ROC curve. */

import type { Ranking } from './ranking.ts';

/**
 * How often a virus stands above another fragment, of all pairs; equal scores count half (Mann and Whitney's U divided
 * by the number of pairs). One pass.
 *
 * @param weights by cluster
 * @returns 0 to 1; NaN without a virus or without another
 */
export function auroc({ labels, clusters, endsTie }: Ranking, weights: Float64Array): number {
  let [viruses, others, wins] = [0, 0, 0];
  let [tiedViruses, tiedOthers] = [0, 0];
  for (let index = 0; index < labels.length; index += 1) {
    const weight = weights[clusters[index]!]!;
    if (labels[index] === 1) tiedViruses += weight;
    else tiedOthers += weight;
    if (endsTie[index] === 0) continue;
    wins += tiedOthers * (viruses + tiedViruses / 2);
    viruses += tiedViruses;
    others += tiedOthers;
    [tiedViruses, tiedOthers] = [0, 0];
  }
  return wins / (viruses * others);
}
