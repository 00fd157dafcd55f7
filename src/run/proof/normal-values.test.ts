import { expect, test } from 'bun:test';
import { normalValues, roundedToHalf } from './normal-values.ts';

test('mean 0, deviation 1, as many within one deviation as there should be', () => {
  const count = 100_000;
  const values = normalValues(7, count);
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count;
  const within = values.filter((value) => Math.abs(value) < 1).length / count;
  // Of 100,000 values the mean and the share vary by 0.003, the variance by 0.0045; five times that is allowed.
  expect(Math.abs(mean)).toBeLessThan(0.016);
  expect(Math.abs(variance - 1)).toBeLessThan(0.023);
  expect(Math.abs(within - 0.6827)).toBeLessThan(0.016);
});

test('the same for the same seed only; an odd count is cut', () => {
  expect(normalValues(7, 8)).toEqual(normalValues(7, 8));
  expect(normalValues(7, 7)).toEqual(normalValues(7, 8).subarray(0, 7));
  expect(normalValues(8, 8)).not.toEqual(normalValues(7, 8));
});

test('rounded to float16: ties to even, 11 bits', () => {
  const given = Float32Array.of(1 + 2 ** -11, 1 + 3 * 2 ** -11, 0.1, -3);
  expect(roundedToHalf(given)).toEqual(Float32Array.of(1, 1 + 2 ** -9, 0.0999755859375, -3));
});
