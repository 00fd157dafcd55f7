/** Figures of a series of samples. */

import type { MemorySample } from './sample.ts';

/** Of the run's time, around a moment. */
const AROUND = 0.05;

/** Medians of the samples around a share of the run's time: one sample may hit the moment before a collection. */
export function around(samples: readonly MemorySample[], share: number): MemorySample {
  const end = samples.at(-1)!.seconds;
  const near = samples.filter(({ seconds }) => Math.abs(seconds - share * end) <= (AROUND / 2) * end);
  const chosen = near.length > 0 ? near : [samples.at(Math.floor(share * (samples.length - 1)))!];
  const median = (of: (sample: MemorySample) => number) => {
    const sorted = chosen.map(of).sort((a, b) => a - b);
    return sorted[sorted.length >> 1]!;
  };
  return {
    seconds: median(({ seconds }) => seconds),
    records: median(({ records }) => records),
    resident: median(({ resident }) => resident),
    anonymous: median(({ anonymous }) => anonymous),
    proportional: median(({ proportional }) => proportional),
    others: median(({ others }) => others),
    journal: median(({ journal }) => journal),
  };
}

/** Of the straight line with the least squares, in units of `of` per hour. */
export function slopePerHour(samples: readonly MemorySample[], of: (sample: MemorySample) => number): number {
  const mean = (list: readonly number[]) => list.reduce((sum, one) => sum + one, 0) / list.length;
  const hours = samples.map(({ seconds }) => seconds / 3600);
  const values = samples.map(of);
  const [middle, level] = [mean(hours), mean(values)];
  const products = hours.map((hour, i) => (hour - middle) * (values[i]! - level));
  const squares = hours.map((hour) => (hour - middle) ** 2);
  return mean(products) / mean(squares);
}

/** What src/input/id-set.ts holds for so many ids: 64 parts, whose slots of 8 bytes double when two thirds are taken. */
export function idBytes(ids: number): number {
  const [parts, slotBytes] = [64, 8];
  let slots = 256;
  while (3 * (ids / parts) > 2 * slots) slots *= 2;
  return parts * slots * slotBytes;
}
