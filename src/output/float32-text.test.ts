import { expect, test } from 'bun:test';
import { float32Text, float64Text } from './float32-text.ts';

/** What numpy 2.4.6 prints for `numpy.float32(left)`. */
const NUMPY: readonly (readonly [string, string])[] = [
  ['0', '0.0'],
  ['-0', '-0.0'],
  ['1', '1.0'],
  ['0.5', '0.5'],
  ['0.25', '0.25'],
  ['0.1', '0.1'],
  ['0.001', '0.001'],
  ['0.33333334', '0.33333334'],
  ['0.99999994', '0.99999994'],
  ['9.5e-5', '9.5e-05'],
  ['1e-5', '1e-05'],
  ['1e-10', '1e-10'],
  // The float32 next to 1e-4 lies below it; the next one does not.
  ['0.0001', '1e-04'],
  ['0.00010000001', '0.00010000001'],
  // Halfway between two decimals: the even one.
  ['0.251953125', '0.25195312'],
  ['1.00390625', '1.0039062'],
  // 2^-12 is a tie; of 2^-96 the closest 8 digits fall through below it, and the ones above hold.
  ['0.000244140625', '0.00024414062'],
  ['1.262177448353619e-29', '1.2621775e-29'],
  // Below 2^-126 fewer digits do.
  ['1.4e-45', '1e-45'],
  ['1.17549435e-38', '1.1754944e-38'],
];

test("scores are spelled as numpy's float32", () => {
  for (const [value, text] of NUMPY) expect([value, float32Text(Math.fround(Number(value)))]).toEqual([value, text]);
});

test('values that are no scores are spelled as Python does', () => {
  expect(float32Text(Number.NaN)).toBe('nan');
  expect(float32Text(Number.POSITIVE_INFINITY)).toBe('inf');
  expect(float32Text(Number.NEGATIVE_INFINITY)).toBe('-inf');
  expect(float32Text(-0.25)).toBe('-0.25');
  expect(float32Text(16777216)).toBe('16777216.0');
  expect(float32Text(Math.fround(1e16))).toBe('1e+16');
});

test('a number that is no float32 is a bug', () => {
  expect(() => float32Text(0.1)).toThrow('0.1 is not a float32');
});

test("float64 is spelled as Python's repr", () => {
  const spellings: [number, string][] = [
    [0, '0.0'],
    [1, '1.0'],
    [-0.5, '-0.5'],
    [0.1, '0.1'],
    [0.6354448480345702, '0.6354448480345702'],
    [0.0001, '0.0001'],
    [0.00009999999999999999, '9.999999999999999e-05'],
    [-1e-7, '-1e-07'],
    [1e-100, '1e-100'],
    [9999999999999998, '9999999999999998.0'],
    [1e16, '1e+16'],
    [1.5e300, '1.5e+300'],
  ];
  for (const [value, text] of spellings) expect(float64Text(value)).toBe(text);
});
