/** The parts of the fleet that know nothing of each other: plan, speed, watch, ranges. */

import { describe, expect, test } from 'bun:test';
import { VirtualClock } from '../../../test/helpers/virtual-clock.ts';
import { assign, type Machine } from './plan.ts';
import { DoneBatches, rangesText } from './ranges.ts';
import { Speed } from './speed.ts';
import { HangWatch } from './watch.ts';

/** A machine that does so much a second, with one lane that is free after `busy` seconds. */
function machine(speed: number, busy = 0, room = 1): Machine<number> {
  return { room, idle: busy === 0 ? Math.min(1, room) : 0, lanes: [busy], seconds: (task) => task / speed };
}

describe('assign', () => {
  const sent = (tasks: number[], ...machines: Machine<number>[]) =>
    assign(tasks, machines).map(({ task, machine }) => [task, machine]);

  test('the heaviest goes to the machine that ends it first', () => {
    expect(sent([10, 7], machine(1), machine(2))).toEqual([
      [7, 0],
      [10, 1],
    ]);
    expect(sent([10], machine(1), machine(1))).toEqual([[10, 0]]);
  });

  test('a slow machine gets a task only if no faster one would get to it and end it earlier', () => {
    const tasks = (count: number) => Array.from({ length: count }, () => 1);
    const slow = machine(1 / 10);
    const fast = machine(1, 0.5, 0);
    // Ten seconds on the slow one, thirteen to be on the safe side.
    expect(sent(tasks(12), slow, fast)).toEqual([]);
    expect(sent(tasks(13), slow, fast)).toEqual([[1, 0]]);
  });

  test('what would wait is sent while more than that is planned for the machine, and not at the end', () => {
    const busy = machine(1, 0.1, 1);
    const other = machine(1, 1000, 0);
    expect(sent([1, 1, 1], busy, other)).toEqual([[1, 0]]);
    expect(sent([1, 1], busy, other)).toEqual([]);
    // Nobody else can take it.
    expect(sent([1], busy)).toEqual([[1, 0]]);
  });

  test('lanes are filled one by one', () => {
    const lanes: Machine<number> = { room: 3, idle: 1, lanes: [4, 0], seconds: (task) => task };
    expect(sent([2, 2, 2], lanes, machine(1 / 2))).toEqual([
      [2, 0],
      [2, 1],
    ]);
  });

  test('several lanes, room, and machines that cannot', () => {
    const cannot: Machine<number> = { room: 9, idle: 9, lanes: [0], seconds: () => Number.POSITIVE_INFINITY };
    const lanes: Machine<number> = { room: 3, idle: 2, lanes: [0, 0], seconds: (task) => task };
    expect(sent([5, 4, 3], lanes, cannot)).toEqual([
      [5, 0],
      [4, 0],
    ]);
    expect(sent([5], cannot)).toEqual([]);
  });
});

describe('Speed', () => {
  test('begins with what was given and follows what is measured', () => {
    const speed = new Speed(100);
    expect(speed.value).toBe(100);
    for (let i = 0; i < 12; i += 1) speed.add(1000, 5);
    expect(speed.value).toBeCloseTo(200);
    for (let i = 0; i < 12; i += 1) speed.add(1000, 50);
    expect(speed.value).toBeCloseTo(20);
  });

  test('one outlier changes nothing, nor do small batches or what took no time', () => {
    const speed = new Speed(100);
    for (let i = 0; i < 6; i += 1) speed.add(1000, 10);
    speed.add(1000, 1000);
    expect(speed.value).toBeCloseTo(100);
    speed.add(10, 1);
    expect(speed.value).toBeCloseTo(100);
    const first = new Speed(100);
    first.add(1000, 0);
    expect(first.value).toBe(100);
  });

  test('noise is averaged', () => {
    const speed = new Speed(150);
    for (const seconds of [8, 12, 9, 11, 10, 8, 12, 10, 9, 11, 10, 10]) speed.add(1000, seconds);
    expect(speed.value).toBeCloseTo(100, 0);
  });

  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('%p tokens/s are refused', (given) => {
    expect(() => new Speed(given)).toThrow('tokens/s');
  });
});

describe('HangWatch', () => {
  test('fires after the silence was too long, and not before', async () => {
    const clock = new VirtualClock();
    let hung = 0;
    const watch = new HangWatch(
      clock,
      () => 40,
      () => {
        hung = clock.now();
      },
    );
    watch.start();
    watch.start();
    clock.after(35, () => watch.progress());
    await clock.until(clock.wait(200));
    // The last answer came at 35: 40 seconds later, and at the next quarter.
    expect(hung).toBe(80);
  });

  test('not after it was stopped, and never without a limit', async () => {
    const clock = new VirtualClock();
    let hung = 0;
    const watches = [40, Number.POSITIVE_INFINITY].map(
      (patience) =>
        new HangWatch(
          clock,
          () => patience,
          () => hung++,
        ),
    );
    for (const watch of watches) watch.start();
    clock.after(39, () => watches[0]!.stop());
    await clock.until(clock.wait(500));
    expect(hung).toBe(0);
  });
});

describe('DoneBatches', () => {
  test('ranges', () => {
    expect(rangesText([7, 1, 3, 2])).toBe('1-3,7');
    expect(rangesText([5])).toBe('5');
  });

  test('whole windows are joined, others are written out, in the order of the windows', () => {
    const done = new DoneBatches();
    const all = (device: string, window: number, ...batches: number[]) => {
      for (const batch of batches) done.add(device, window, batch, 3);
    };
    all('a', 2, 1, 2, 3);
    all('a', 1, 3, 2, 1);
    all('a', 5, 1, 2, 3);
    all('a', 3, 1, 3);
    all('b', 3, 2);
    all('b', 6, 2, 1);
    expect(done.of('a')).toEqual(['1-2', '3:1,3', '5']);
    expect(done.of('b')).toEqual(['3:2', '6:1-2']);
    expect(done.of('c')).toEqual([]);
  });
});
