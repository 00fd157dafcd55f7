import { expect, test } from 'bun:test';
import { bytesPerSecond, NO_RATE, rateAfter, secondsLeft } from './rate.ts';

const steady = (seconds: number, speed: number, from = NO_RATE, step = 0.25) => {
  let rate = from;
  for (let at = 0; at < seconds; at += step) rate = rateAfter(rate, speed * step, step);
  return rate;
};

test('a steady rate is told exactly, from the first second on and whatever the steps', () => {
  expect(bytesPerSecond(NO_RATE)).toBeUndefined();
  expect(bytesPerSecond(steady(0.75, 1000))).toBeUndefined();
  for (const seconds of [1.25, 10, 1000]) {
    for (const step of [0.01, 0.25, 1])
      expect(bytesPerSecond(steady(seconds, 1000, NO_RATE, step))).toBeCloseTo(1000, 6);
  }
});

test('a change is followed within a minute, without a jump', () => {
  const before = steady(100, 1000);
  const soon = bytesPerSecond(steady(1, 5000, before))!;
  expect(soon).toBeWithin(1001, 1500);
  expect(bytesPerSecond(steady(60, 5000, before))).toBeWithin(4900, 5000);
});

test('the time that is left', () => {
  const rate = steady(10, 1000);
  expect(secondsLeft(rate, 5000)).toBeCloseTo(5, 6);
  expect(secondsLeft(rate, 0)).toBe(0);
  expect(secondsLeft(rate, undefined)).toBeUndefined();
  expect(secondsLeft(NO_RATE, 5000)).toBeUndefined();
  expect(secondsLeft(steady(10, 0), 5000)).toBeUndefined();
});
