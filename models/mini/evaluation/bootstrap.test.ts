import { expect, test } from 'bun:test';
import { Bootstrap, quantile } from './bootstrap.ts';
import { Random } from './random.ts';

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);
const sum = (weights: Float64Array, of: readonly number[]) => of.reduce((total, index) => total + weights[index]!, 0);

test('quantiles lie between neighbours in proportion', () => {
  const sorted = Float64Array.of(0, 10, 20, 30);
  expect(quantile(sorted, 0)).toBe(0);
  expect(quantile(sorted, 0.5)).toBe(15);
  expect(quantile(sorted, 1)).toBe(30);
  expect(quantile(Float64Array.of(), 0.5)).toBeNull();
});

test('every resample draws as many genomes of a stratum as there are', () => {
  const [viruses, others] = [range(0, 7), range(7, 20)];
  const bootstrap = new Bootstrap([viruses, others], new Random(1, 'strata'), 200);
  expect(bootstrap.estimate((weights) => sum(weights, viruses), 7)).toEqual({ value: 7, low: 7, high: 7 });
  expect(bootstrap.estimate((weights) => sum(weights, others), 13)).toEqual({ value: 13, low: 13, high: 13 });
});

test('the interval of a mean of independent genomes is that of the normal approximation', () => {
  const genomes = range(0, 400);
  const bootstrap = new Bootstrap([genomes], new Random(5, 'mean'), 1000);
  // Half of them 0, half 1: mean 0.5, standard error 0.025.
  const mean = (weights: Float64Array) => sum(weights, range(0, 200)) / sum(weights, genomes);
  const { value, low, high } = bootstrap.estimate(mean, 400)!;
  expect(value).toBe(0.5);
  // 1.96 standard errors; the ends of 1000 resamples are known to about a tenth of one.
  expect(Math.abs(low! - 0.451)).toBeLessThan(0.006);
  expect(Math.abs(high! - 0.549)).toBeLessThan(0.006);
});

test('few genomes get no interval, an undefined statistic is none, and undefined resamples are left out', () => {
  const bootstrap = new Bootstrap([range(0, 6)], new Random(2, 'few'), 300);
  expect(bootstrap.estimate(() => 0.3, 4)).toEqual({ value: 0.3, low: null, high: null });
  expect(bootstrap.estimate(() => Number.NaN, 6)).toBeNull();
  const absent = (weights: Float64Array) => (weights[0] === 0 ? Number.NaN : 1);
  expect(bootstrap.estimate(absent, 6)).toEqual({ value: 1, low: 1, high: 1 });
});

test('the same seed gives the same interval', () => {
  const once = () =>
    new Bootstrap([range(0, 30)], new Random(9, 'again'), 100).estimate(
      (weights) => sum(weights, range(0, 9)) / 30,
      30,
    );
  expect(once()).toEqual(once());
});
