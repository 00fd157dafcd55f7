import { expect, test } from 'bun:test';
import { calibrationError } from './calibration-error.ts';

const fragment = (probability: number, isVirus: boolean, cluster = 0) => ({ probability, isVirus, cluster });
const ONE = Float64Array.of(1);

test('two bins, by hand', () => {
  // 0.9 and 0.92 lie in bin 13: mean 0.91, half of them viruses. 0.1 lies in bin 1: no virus.
  const fragments = [fragment(0.9, true), fragment(0.92, false), fragment(0.1, false)];
  expect(calibrationError(fragments, ONE, 'drawn')).toBeCloseTo((2 / 3) * 0.41 + (1 / 3) * 0.1, 12);
});

test('with equal classes the only virus weighs as much as all others', () => {
  const fragments = [fragment(0.5, true), fragment(0.5, false), fragment(0.5, false), fragment(0.5, false)];
  expect(calibrationError(fragments, ONE, 'drawn')).toBeCloseTo(0.25, 12);
  expect(calibrationError(fragments, ONE, 'equal')).toBeCloseTo(0, 12);
});

test('1 lies in the last bin, and sure answers that are right have no error', () => {
  expect(calibrationError([fragment(1, true), fragment(0, false)], ONE, 'drawn')).toBe(0);
  expect(calibrationError([fragment(1, false)], ONE, 'drawn')).toBe(1);
});

test('neighbours on either side of the edge of a bin do not make up for each other', () => {
  // 7/15 = 0.4667: bins 6 and 7.
  const fragments = [fragment(0.46, true), fragment(0.47, false)];
  expect(calibrationError(fragments, ONE, 'drawn')).toBeCloseTo((0.54 + 0.47) / 2, 12);
});

test('weights count as copies; of nothing there is no error', () => {
  const fragments = [fragment(0.9, true, 0), fragment(0.9, false, 1)];
  expect(calibrationError(fragments, Float64Array.of(9, 1), 'drawn')).toBeCloseTo(0, 12);
  expect(calibrationError([], ONE, 'drawn')).toBeNaN();
  expect(calibrationError([fragment(0.9, true)], ONE, 'equal')).toBeNaN();
});
