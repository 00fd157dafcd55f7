import { expect, test } from 'bun:test';
import { recordStatus } from './status.ts';

test('a record is empty before it is too short, and too short before it has no open frame', () => {
  expect(recordStatus(0, 100, 0)).toBe('empty');
  expect(recordStatus(99, 100, 0)).toBe('too_short');
  expect(recordStatus(100, 100, 0)).toBe('no_orf');
  expect(recordStatus(1, 0, 0)).toBe('no_orf');
  expect(recordStatus(100, 100, 1)).toBe('called');
});
