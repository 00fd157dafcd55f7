import { expect, test } from 'bun:test';
import { alibiSlopes } from './alibi.ts';

const powers = (...exponents: number[]) => exponents.map((e) => Math.fround(2 ** e));

test('a power of two: one geometric series down to 2^-8', () => {
  expect([...alibiSlopes(1)]).toEqual(powers(-8));
  expect([...alibiSlopes(8)]).toEqual(powers(-1, -2, -3, -4, -5, -6, -7, -8));
});

test('other counts: the series of the lower power, then every second slope of the higher one', () => {
  expect([...alibiSlopes(6)]).toEqual(powers(-2, -4, -6, -8, -1, -3));
  expect([...alibiSlopes(12)]).toEqual(powers(-1, -2, -3, -4, -5, -6, -7, -8, -0.5, -1.5, -2.5, -3.5));
});

test('a head count that is none is a bug of the caller', () => {
  expect(() => alibiSlopes(0)).toThrow('head count');
});
