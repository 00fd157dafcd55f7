import { expect, test } from 'bun:test';
import { BusyTime } from './busy-time.ts';
import { Eta } from './eta.ts';
import { Rate } from './rate.ts';

/** `count` lumps, one every `wait` seconds. @returns when the last one came */
function feed(rate: Rate, amount: number, wait: number, count: number, from = 0): number {
  rate.begin(from);
  for (let i = 1; i <= count; i += 1) rate.add(amount, from + i * wait);
  return from + count * wait;
}

test('a steady rate is exact from the first lump on, whatever the size of the lumps', () => {
  for (const [amount, wait] of [
    [1, 0.01],
    [300, 3],
    [9000, 90],
  ] as const) {
    for (const count of [1, 2, 30]) {
      const rate = new Rate();
      const now = feed(rate, amount, wait, count);
      expect(rate.at(now)).toBeCloseTo(100, 6);
      // Until two waits are over it does not look slower.
      expect(rate.at(now + 1.9 * wait)).toBeCloseTo(100, 6);
    }
  }
});

test('nothing is said before there is time; what came before the clock counts for none', () => {
  const rate = new Rate();
  expect(rate.at(5)).toBeUndefined();
  rate.add(1000, 5);
  expect(rate.at(9)).toBeUndefined();
  rate.add(10, 10);
  expect(rate.at(10)).toBe(2);
  rate.begin(10);
  expect(rate.at(10)).toBe(2);
});

test('half of a change is seen after ten seconds', () => {
  const rate = new Rate();
  const now = feed(rate, 10, 0.1, 2000);
  expect(rate.at(feed(rate, 20, 0.1, 100, now))).toBeCloseTo(150, 0);
});

test('in a long silence it falls', () => {
  const rate = new Rate();
  const now = feed(rate, 10, 0.1, 2000);
  expect(rate.at(now + 10)).toBeWithin(50, 51);
  expect(rate.at(now + 60)).toBeCloseTo(100 / 64, 0);
});

test('lanes that answer together every minute look like a steady machine', () => {
  const rate = new Rate();
  rate.begin(0);
  for (let minute = 1; minute <= 20; minute += 1) {
    for (let lane = 0; lane < 16; lane += 1) rate.add(60, 60 * minute + lane * 0.1);
    if (minute > 3) for (const later of [2, 30, 60]) expect(rate.at(60 * minute + later)).toBeWithin(14.5, 17);
  }
});

test('a pause is forgotten once lumps come again', () => {
  const rate = new Rate();
  const now = feed(rate, 10, 0.1, 1000);
  expect(rate.at(feed(rate, 10, 0.1, 2000, now + 3600))).toBeGreaterThan(98);
});

test('a clock that goes back does no harm', () => {
  const rate = new Rate();
  feed(rate, 10, 1, 5);
  rate.add(10, 2);
  expect(rate.at(2)).toBeGreaterThan(0);
  expect(rate.waited(1)).toBe(0);
});

test('the time left: none in the first seconds, then it counts down, and holds when a step is late', () => {
  const eta = new Eta();
  eta.begin(0, 100);
  for (let i = 1; i <= 10; i += 1) {
    expect(eta.left(100 + i - 0.5)).toEqual(i > 5 ? expect.any(Number) : undefined);
    eta.moved(i / 100, 100 + i);
  }
  expect(eta.left(110)).toBeCloseTo(90, 6);
  expect(eta.left(111.5)).toBeCloseTo(88.5, 6);
  expect(eta.left(120)).toBeGreaterThan(95);
  // A step back is none.
  eta.moved(0.05, 110);
  expect(eta.left(110)).toBeCloseTo(90, 6);
});

test('what was done before took no time of this run', () => {
  const eta = new Eta();
  eta.begin(0, 0);
  eta.begin(0.5, 1);
  eta.moved(0.6, 10);
  eta.begin(0, 10);
  expect(eta.left(10)).toBeCloseTo(40, 6);
});

test('nothing that moves has no end', () => {
  const eta = new Eta();
  eta.begin(0, 0);
  expect(eta.left(1000)).toBeUndefined();
});

test('busy: batches that overlap count once', () => {
  const busy = new BusyTime();
  expect(busy.at(0)).toBeUndefined();
  busy.begin(0);
  busy.add(1, 1);
  busy.add(1, 5);
  // 0 to 1 and 4 to 5, all within the memory of the rate.
  const kept = 2 ** (-4 / 16);
  expect(busy.at(5)).toBeCloseTo((kept + 1) / (kept + 4), 6);
  // This one was under way through the gap.
  busy.add(4.5, 5.5);
  expect(busy.at(5.5)).toBeGreaterThan(0.95);
});

test('busy: two lanes that take turns are busy all the time, one that waits as long as it works half of it', () => {
  const both = new BusyTime();
  const half = new BusyTime();
  both.begin(0);
  half.begin(0);
  for (let i = 1; i <= 200; i += 1) {
    both.add(2, i + 1);
    half.add(0.5, i);
  }
  expect(both.at(201)).toBeCloseTo(1, 6);
  expect(half.at(200)).toBeCloseTo(0.5, 6);
});
