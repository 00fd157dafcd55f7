import { expect, test } from 'bun:test';
import { isForeground, statIsForeground } from './job-control.ts';

test.each([
  ['6374 (bun) S 6350 6374 6350 34816 6374 4194304', true],
  ['6374 (bun) S 6350 6374 6350 34816 6350 4194304', false],
  // No terminal of its own.
  ['6374 (bun) S 6350 6374 6350 0 -1 4194304', true],
  ['6374 (a ) S 1 2 (x) S 6350 6374 6350 34816 6374 4194304', true],
])('%s', (stat, expected) => {
  expect(statIsForeground(stat)).toBe(expected);
});

test('of this process it can be told', () => {
  expect(typeof isForeground()).toBe('boolean');
});
