import { expect, test } from 'bun:test';
import { layerNorm, linear, meanOfRows, softmax } from './linear.ts';

/** Small whole numbers: their products and sums are exact, so results must be equal, whatever the order of addition. */
const whole = (length: number, seed: number) => Array.from({ length }, (_, i) => ((i * 7 + seed) % 11) - 5);

test('linear is the plain double sum for every remainder of rows and output features', () => {
  for (const rows of [1, 2, 3]) {
    for (const output of [1, 2, 3, 4, 5, 6, 7, 8]) {
      const input = 5;
      const x = Float64Array.from(whole(rows * input, 1));
      const weight = Float32Array.from(whole(output * input, 3));
      const bias = Float32Array.from(whole(output, 8));
      const y = linear(x, rows, weight, bias);
      for (let r = 0; r < rows; r++) {
        for (let o = 0; o < output; o++) {
          let sum = bias[o]!;
          for (let i = 0; i < input; i++) sum += x[r * input + i]! * weight[o * input + i]!;
          expect(y[r * output + o]).toBe(sum);
        }
      }
    }
  }
});

test('linear refuses matrices that do not fit', () => {
  expect(() => linear(new Float64Array(6), 2, new Float32Array(7))).toThrow('does not fit');
  expect(() => linear(new Float64Array(6), 2, new Float32Array(6), new Float32Array(3))).toThrow('does not fit');
});

test('layerNorm uses the biased variance', () => {
  const y = layerNorm(Float64Array.of(1, 3), { weight: Float32Array.of(2, 2), bias: Float32Array.of(0, 10) }, 0);
  expect([...y]).toEqual([-2, 12]);
});

test('softmax of large numbers does not overflow, and leaves its neighbours alone', () => {
  const y = Float64Array.of(7, 1000, 1000, 9);
  softmax(y, 1, 2);
  expect([...y]).toEqual([7, 0.5, 0.5, 9]);
});

test('meanOfRows takes the rows asked for', () => {
  expect([...meanOfRows(Float64Array.of(9, 9, 1, 2, 3, 4), 2, 1, 3)]).toEqual([2, 3]);
  expect(() => meanOfRows(new Float64Array(4), 2, 1, 1)).toThrow('no rows');
});
