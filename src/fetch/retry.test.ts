import { expect, test } from 'bun:test';
import { retryAfterMs, waitMs } from './retry.ts';

test('waits double up to half a minute, and are never shorter than what was asked', () => {
  expect([1, 2, 3, 4, 5, 6, 60].map((vain) => waitMs(vain, 0))).toEqual([1000, 2000, 4000, 8000, 16000, 30000, 30000]);
  expect([waitMs(1, 5000), waitMs(4, 5000)]).toEqual([5000, 8000]);
});

test.each([
  [null, 0],
  ['0', 0],
  [' 120 ', 120_000],
  ['-5', 0],
  ['soon', 0],
  ['1e9', 0],
  ['99999999999999', 0],
  ['Thu, 01 Jan 2026 00:00:30 GMT', 30_000],
  ['Wed, 31 Dec 2025 23:59:59 GMT', 0],
])('Retry-After: %p', (header, ms) => expect(retryAfterMs(header, Date.UTC(2026, 0, 1))).toBe(ms));
