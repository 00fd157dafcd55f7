import { describe, expect, test } from 'bun:test';
import { Pace } from './pace.ts';

/** When lines fall due in a run of so many seconds that is asked every quarter of a second. */
function dueTimes(seconds: number, fractionAt: (now: number) => number | undefined): number[] {
  const pace = new Pace();
  const times: number[] = [];
  for (let now = 0; now <= seconds; now += 0.25) {
    if (pace.isTimeToLook(now) && pace.isDue(fractionAt(now), now)) times.push(now);
  }
  return times;
}

describe('Pace', () => {
  test('every 30 s where nothing is known of the whole, or it takes long', () => {
    expect(dueTimes(100, () => undefined)).toEqual([30, 60, 90]);
    expect(dueTimes(100, (now) => now / 100_000)).toEqual([30, 60, 90]);
  });

  test('every 5 % where that is sooner', () => {
    expect(dueTimes(100, (now) => now / 200)).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
    expect(dueTimes(50, (now) => (now < 20 ? 0.049 : 0.05))).toEqual([20, 50]);
  });

  test('never two within 2 s', () => {
    expect(dueTimes(10, (now) => now / 10)).toEqual([2, 4, 6, 8, 10]);
    expect(dueTimes(1.75, (now) => now)).toEqual([]);
  });

  test('every twentieth counts', () => {
    for (let step = 1; step <= 20; step += 1) {
      const pace = new Pace();
      pace.restart(0);
      pace.isDue((step - 1) * 0.05, 3);
      expect(pace.isDue(step * 0.05, 6)).toBe(true);
    }
  });

  test('a share that falls is no news', () => {
    const pace = new Pace();
    pace.restart(0);
    expect(pace.isDue(0.5, 2)).toBe(true);
    expect(pace.isDue(0.1, 4)).toBe(false);
    expect(pace.isDue(0.5, 6)).toBe(false);
    expect(pace.isDue(undefined, 8)).toBe(false);
    expect(pace.isDue(0.1, 32)).toBe(true);
    expect(pace.isDue(0.5, 34)).toBe(false);
    expect(pace.isDue(0.55, 36)).toBe(true);
  });

  test('another work begins at nothing', () => {
    const pace = new Pace();
    expect(pace.isDue(0.9, 10)).toBe(true);
    pace.restart(11);
    expect(pace.isTimeToLook(12)).toBe(false);
    expect(pace.isTimeToLook(13)).toBe(true);
    expect(pace.isDue(0.05, 13)).toBe(true);
  });
});
