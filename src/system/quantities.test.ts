import { expect, test } from 'bun:test';
import { bytesOfText, bytesText, countText, durationText, shortCountText } from './quantities.ts';

test.each([
  [0, '0'],
  [999, '999'],
  [1000, '1,000'],
  [22_000_000.4, '22,000,000'],
])('%d is %s', (count, text) => expect(countText(count)).toBe(text));

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [99_949, '99.9 kB'],
  [99_951, '100 kB'],
  [999_499, '999 kB'],
  [999_500, '1.0 MB'],
  [1.5e9, '1.5 GB'],
  [2e15, '2000 TB'],
])('%d bytes are %s', (bytes, text) => expect(bytesText(bytes)).toBe(text));

test.each([
  [0, '0.0 s'],
  [9.94, '9.9 s'],
  [9.95, '10 s'],
  [59.4, '59 s'],
  [59.6, '1 min 00 s'],
  [3599.4, '59 min 59 s'],
  [3599.6, '1 h 00 min'],
  [3 * 3600 + 5 * 60, '3 h 05 min'],
  [47 * 3600 + 3599, '47 h 59 min'],
  [48 * 3600, '2 d 0 h'],
])('%d seconds are %s', (seconds, text) => expect(durationText(seconds)).toBe(text));

test.each([
  [0, '0'],
  [999.4, '999'],
  [999.5, '1.0k'],
  [12_340, '12.3k'],
  [99_951, '100k'],
  [1.5e6, '1.5M'],
  [2.34e10, '23.4G'],
])('%d in short is %s', (count, text) => expect(shortCountText(count)).toBe(text));

test.each([
  [12.34e9, 141e9, '12.3/141 GB'],
  [120e9, 141e9, '120/141 GB'],
  [0.4e9, 8.6e9, '0.4/8.6 GB'],
  [11.5e9, 24e9, '11.5/24 GB'],
  [5, 900, '5/900 B'],
])('%d of %d bytes are %s', (part, whole, text) => expect(bytesOfText(part, whole)).toBe(text));
