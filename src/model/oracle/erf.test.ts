import { expect, test } from 'bun:test';
import { erf, gelu } from './erf.ts';

/** erf as the C library gives it (error below one unit in the last place); one or more per range of the algorithm. */
const KNOWN: readonly (readonly [number, number])[] = [
  [1e-10, 1.1283791670955126e-10],
  [0.1, 0.1124629160182849],
  [0.5, 0.5204998778130465],
  [0.84375, 0.7672256612323416],
  [1, 0.8427007929497149],
  [1.25, 0.9229001282564582],
  [1.5, 0.9661051464753108],
  [2, 0.9953222650189527],
  [2.8, 0.9999249868053346],
  [2.9, 0.9999589021219005],
  [3, 0.9999779095030014],
  [4, 0.9999999845827421],
  [5, 0.9999999999984626],
];

test('erf has 15 right digits in every range, on both sides of zero', () => {
  for (const [x, value] of KNOWN) {
    // The algorithm's own bound is one unit in the last place, 2.2e-16; 1e-15 is the promise.
    expect(Math.abs(erf(x) - value) / value).toBeLessThanOrEqual(1e-15);
    expect(erf(-x)).toBe(-erf(x));
  }
});

test('erf at its ends', () => {
  expect(erf(0)).toBe(0);
  expect(erf(7)).toBe(1);
  expect(erf(Number.NEGATIVE_INFINITY)).toBe(-1);
  expect(erf(Number.NaN)).toBeNaN();
});

test('GELU is the exact one, not the tanh form', () => {
  // x * Phi(x); the tanh form differs by 1e-4 at 1. One float64 rounding per step stays below 1e-15.
  expect(Math.abs(gelu(1) - 0.8413447460685429)).toBeLessThan(1e-15);
  expect(Math.abs(gelu(-2) + 0.04550026389635842)).toBeLessThan(1e-15);
  expect(gelu(0)).toBe(0);
});
