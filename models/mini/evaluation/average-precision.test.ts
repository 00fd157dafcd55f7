import { expect, test } from 'bun:test';
import { averagePrecision } from './average-precision.ts';
import { Ranking } from './ranking.ts';

const precision = (scores: readonly number[], viruses: readonly boolean[], weights: readonly number[]) =>
  averagePrecision(
    new Ranking(scores.map((score, index) => ({ score, isVirus: viruses[index]!, cluster: index }))),
    Float64Array.from(weights),
  );

test("the example of scikit-learn's documentation", () => {
  expect(precision([0.1, 0.4, 0.35, 0.8], [false, false, true, true], [1, 1, 1, 1])).toBeCloseTo(0.8333333333, 9);
});

test('fragments of one score are one step: their part of viruses', () => {
  expect(precision([1, 1, 1, 1], [true, false, false, false], [1, 1, 1, 1])).toBe(0.25);
  // Virus 1/1, then a tie of a virus and another: 2/3.
  expect(precision([2, 1, 1], [true, false, true], [1, 1, 1])).toBeCloseTo(0.5 + 0.5 * (2 / 3), 12);
});

test('weights count as copies, and what weighs nothing is not there', () => {
  expect(precision([3, 2, 1], [true, false, true], [1, 3, 1])).toBeCloseTo((1 + 2 / 5) / 2, 12);
  expect(precision([3, 2, 1], [false, true, false], [0, 1, 1])).toBe(1);
  expect(precision([1], [false], [1])).toBeNaN();
});
