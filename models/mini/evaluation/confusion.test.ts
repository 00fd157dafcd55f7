import { expect, test } from 'bun:test';
import { accuracy, confusionOf, f1, falsePositiveRate, mcc, recall } from './confusion.ts';

const TABLE = { truePositives: 6, falsePositives: 1, trueNegatives: 3, falseNegatives: 2 };

test('the table of twelve fragments, by hand', () => {
  expect(accuracy(TABLE)).toBe(0.75);
  expect(recall(TABLE)).toBe(0.75);
  expect(falsePositiveRate(TABLE)).toBe(0.25);
  expect(f1(TABLE)).toBe(0.8);
  expect(mcc(TABLE)).toBeCloseTo((6 * 3 - 1 * 2) / Math.sqrt(7 * 8 * 4 * 5), 12);
});

test('a table without a row or column has no correlation, and rates of nothing are none', () => {
  const none = { truePositives: 0, falsePositives: 0, trueNegatives: 5, falseNegatives: 2 };
  expect(mcc(none)).toBe(0);
  expect(f1(none)).toBe(0);
  expect(recall({ ...none, falseNegatives: 0 })).toBeNaN();
  expect(falsePositiveRate({ ...none, trueNegatives: 0 })).toBeNaN();
});

test('fragments fall into their cells with the weight of their genome', () => {
  const decided = [
    { isVirus: true, calledVirus: true, cluster: 0 },
    { isVirus: true, calledVirus: false, cluster: 1 },
    { isVirus: false, calledVirus: true, cluster: 2 },
    { isVirus: false, calledVirus: false, cluster: 3 },
  ];
  expect(confusionOf(decided, Float64Array.of(1, 2, 3, 4))).toEqual({
    truePositives: 1,
    falseNegatives: 2,
    falsePositives: 3,
    trueNegatives: 4,
  });
});
