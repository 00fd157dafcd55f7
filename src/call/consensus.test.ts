import { expect, test } from 'bun:test';
import { consensus } from './consensus.ts';

// 0.125, 0.25 … are exact in float32, so every comparison here is exact.
test('each maximum is taken over all frames', () => {
  const scores = Float32Array.of(0.75, 0.25, 0.125, 0.875, 0.5, 0.5);
  expect(consensus(scores)).toEqual({ isVirus: true, max0: 0.75, max1: 0.875 });
});

test('a tie of the maxima is a virus', () => {
  expect(consensus(Float32Array.of(0.5, 0.5)).isVirus).toBe(true);
  expect(consensus(Float32Array.of(0.75, 0.25, 0.25, 0.75)).isVirus).toBe(true);
  expect(consensus(Float32Array.of(0.75, 0.25)).isVirus).toBe(false);
});

test('only the frames of the chunk count', () => {
  const scores = Float32Array.of(0.75, 0.25, 0.125, 0.875);
  expect(consensus(scores, 1)).toEqual({ isVirus: false, max0: 0.75, max1: 0.25 });
});

test('no frame, too many frames and scores that are no numbers are bugs', () => {
  expect(() => consensus(new Float32Array(0))).toThrow('0 frames');
  expect(() => consensus(new Float32Array(2), 2)).toThrow('2 frames in 2 scores');
  expect(() => consensus(Float32Array.of(0.5, 0.5, Number.NaN, 0.5))).toThrow('not a number');
  expect(() => consensus(Float32Array.of(0.5, 0.5, 0.5, Number.NaN))).toThrow('not a number');
});
