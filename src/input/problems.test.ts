import { expect, test } from 'bun:test';
import { ENDS_EARLY, MISSING, qualityLength } from './problems.ts';

test('one is not many', () => {
  expect(qualityLength(1, 1)).toBe('the quality has 1 letter for 1 base');
  expect(qualityLength(0, 2)).toBe('the quality has 0 letters for 2 bases');
});

test('sentences stand without a full stop: their place is put before and a stop behind', () => {
  for (const sentence of [ENDS_EARLY, qualityLength(3, 4), ...Object.values(MISSING)]) {
    expect(sentence).toMatch(/^[a-z].*[^.]$/);
  }
});
