/** Chooses the threshold from which a fragment is called virus. */

import { mcc } from './confusion.ts';

export interface Weighed {
  /** Calibrated P(virus). */
  readonly probability: number;
  readonly isVirus: boolean;
  /** In the correlation; 0 leaves it out there. */
  readonly weight: number;
  /** Name of the limit that it counts for, if any. */
  readonly limit?: string | undefined;
}

export interface Chosen {
  /** A fragment at or above it is called virus. */
  readonly threshold: number;
  readonly mcc: number;
  /** Part called virus, by the name of the limit. */
  readonly rates: ReadonlyMap<string, number>;
}

/** A single fragment of a small class does not decide about the threshold. */
const FEWEST_ALLOWED = 1;

/**
 * The highest Matthews correlation among all thresholds that keep to the limits; of equal ones the highest threshold.
 *
 * @param limits name -> the largest part of its fragments that may be called virus, but never less than one of them;
 *   fragments count once each here
 * @returns undefined where no threshold within the limits is better than chance
 */
export function chooseThreshold(
  fragments: readonly Weighed[],
  limits: ReadonlyMap<string, number>,
): Chosen | undefined {
  const sorted = fragments.toSorted((one, other) => other.probability - one.probability);
  const totals = countBy(fragments);
  const called = new Map<string, number>();
  const rates = () => new Map([...totals].map(([name, total]) => [name, (called.get(name) ?? 0) / total]));
  const all = { viruses: weightOf(fragments, true), others: weightOf(fragments, false) };

  let best: Chosen | undefined;
  let [truePositives, falsePositives] = [0, 0];
  for (const [index, { probability, isVirus, weight, limit }] of sorted.entries()) {
    if (isVirus) truePositives += weight;
    else falsePositives += weight;
    if (limit !== undefined) called.set(limit, (called.get(limit) ?? 0) + 1);
    const next = sorted[index + 1]?.probability ?? 0;
    if (next === probability) continue;
    // Rates only grow on the way down: past a limit there is nothing more to find.
    const allowed = (name: string, limited: number) => Math.max(FEWEST_ALLOWED, limited * (totals.get(name) ?? 0));
    if ([...limits].some(([name, limited]) => (called.get(name) ?? 0) > allowed(name, limited))) break;
    const correlation = mcc({
      truePositives,
      falsePositives,
      trueNegatives: all.others - falsePositives,
      falseNegatives: all.viruses - truePositives,
    });
    if (correlation > (best?.mcc ?? 0))
      best = { threshold: between(next, probability), mcc: correlation, rates: rates() };
  }
  return best;
}

/** The number with the fewest decimals in `(low, high]`; `high` where none of up to 15 lies there. */
export function between(low: number, high: number): number {
  for (let decimals = 2; decimals <= 15; decimals += 1) {
    const rounded = Number(((low + high) / 2).toFixed(decimals));
    if (rounded > low && rounded <= high) return rounded;
  }
  return high;
}

function countBy(fragments: readonly Weighed[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { limit } of fragments) if (limit !== undefined) counts.set(limit, (counts.get(limit) ?? 0) + 1);
  return counts;
}

function weightOf(fragments: readonly Weighed[], viruses: boolean): number {
  return fragments.reduce((sum, { isVirus, weight }) => sum + (isVirus === viruses ? weight : 0), 0);
}
