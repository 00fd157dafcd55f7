import { expect, test } from 'bun:test';
import { Kernel } from '../../kernel/kernel.ts';
import { Staging } from './staging.ts';

test('a region is filled from its start and knows what still fits', () => {
  const kernel = Kernel.load();
  const staging = new Staging(kernel, 100);
  expect(staging.end).toBe(staging.start);
  expect([staging.fits(100), staging.fits(101)]).toEqual([true, false]);
  staging.used = 60;
  expect(staging.end).toBe(staging.start + 60);
  expect([staging.fits(40), staging.fits(41)]).toEqual([true, false]);
  const { start } = staging;
  staging.ensure(40);
  expect(staging.start).toBe(start);
});

test('what is too large for an empty region gets a larger one; a region in use stays', () => {
  const kernel = Kernel.load();
  const staging = new Staging(kernel, 100);
  const { start } = staging;
  const other = kernel.allocate(10);
  staging.ensure(3_000_000);
  expect(staging.start).toBeGreaterThan(other);
  expect(staging.start).not.toBe(start);
  expect(staging.fits(3_000_000)).toBe(true);
  expect(staging.start + 3_000_000).toBeLessThan(kernel.memory.length);
  staging.used = 1;
  expect(() => staging.ensure(6_000_000)).toThrow('in use');
});
