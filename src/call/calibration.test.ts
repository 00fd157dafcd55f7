import { expect, test } from 'bun:test';
import { isVirus, LARGEST_DIFFERENCE, type PlattScaling, virusProbability } from './calibration.ts';
import { shortestDecimal } from './decimal.ts';

/** Neither changes anything. */
const PLAIN: PlattScaling = { slope: 1, intercept: 0, threshold: 0.5 };
const FITTED: PlattScaling = { slope: 0.7, intercept: -1.25, threshold: 0.4 };

/** A few float64 roundings of numbers up to 1, times what ln and exp add. */
const ROUNDING = 1e-14;

test('of one frame and without a change it is P(virus) itself', () => {
  for (const virus of [0.001, 0.25, 0.5, 0.7, 0.999]) {
    expect(Math.abs(virusProbability(PLAIN, virus - (1 - virus)) - virus)).toBeLessThan(ROUNDING);
  }
});

test('numbers worked out by hand', () => {
  // d = 0.5: (1 + d) / (1 - d) = 3, so p = 3^a e^b / (1 + 3^a e^b).
  const odds = 3 ** 0.7 * Math.exp(-1.25);
  expect(Math.abs(virusProbability(FITTED, 0.5) - odds / (1 + odds))).toBeLessThan(ROUNDING);
  expect(virusProbability(FITTED, 0)).toBe(1 / (1 + Math.exp(1.25)));
  const p = virusProbability({ slope: 2, intercept: -1, threshold: 0.5 }, 0.5);
  expect(Math.abs(p - 9 / (9 + Math.E))).toBeLessThan(ROUNDING);
});

test('it rises with the difference, within 0 and 1', () => {
  let before = 0;
  for (let d = -1; d <= 1; d += 1 / 256) {
    const p = virusProbability(FITTED, d);
    expect(p).toBeGreaterThanOrEqual(before);
    expect(p).toBeLessThan(1);
    before = p;
  }
});

test('a saturated softmax counts as the last difference that float32 can tell from 1', () => {
  expect(virusProbability(FITTED, 1)).toBe(virusProbability(FITTED, LARGEST_DIFFERENCE));
  expect(virusProbability(FITTED, -1)).toBe(virusProbability(FITTED, -LARGEST_DIFFERENCE));
  // 1 / (1 + e^-x) at x = ln(2^24 - 1) is 1 - 2^-24.
  expect(Math.abs(virusProbability(PLAIN, 1) - (1 - 2 ** -24))).toBeLessThan(ROUNDING);
  const [score0, score1] = [shortestDecimal(2 ** -24), shortestDecimal(1 - 2 ** -24)];
  expect(score1 - score0).toBeLessThanOrEqual(LARGEST_DIFFERENCE);
  const next = shortestDecimal(1) - shortestDecimal(2 ** -25);
  expect(virusProbability(FITTED, next)).toBe(virusProbability(FITTED, 1));
});

test('extreme numbers of a bundle give 0 and 1, never NaN', () => {
  const steep = { slope: Number.MAX_VALUE, intercept: -Number.MAX_VALUE, threshold: 0.5 };
  expect([-1, 0, 1].map((d) => virusProbability(steep, d))).toEqual([0, 0, 1]);
});

test('the threshold itself is a virus', () => {
  expect(isVirus(FITTED, 0.4)).toBe(true);
  expect(isVirus(FITTED, 0.39999999999999997)).toBe(false);
});
