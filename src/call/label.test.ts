import { expect, test } from 'bun:test';
import { frameLabel } from './label.ts';

test('arg-max, and a tie is others', () => {
  expect(frameLabel(0.25, 0.75)).toBe('virus');
  expect(frameLabel(0.75, 0.25)).toBe('others');
  expect(frameLabel(0.5, 0.5)).toBe('others');
});
