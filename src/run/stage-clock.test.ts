import { expect, test } from 'bun:test';
import { STAGES, StageClock } from './stage-clock.ts';

test('every stage has its seconds, added up and rounded to milliseconds', () => {
  const clock = new StageClock();
  clock.add('read', 0.25);
  clock.add('read', 0.5004);
  expect(Object.keys(clock.seconds())).toEqual([...STAGES]);
  expect(clock.seconds()).toMatchObject({ read: 0.75, write: 0 });
});

test('work is timed, also work that fails, and its result given back', () => {
  const clock = new StageClock();
  expect(clock.time('write', () => 7)).toBe(7);
  const fail = () =>
    clock.time('classify', () => {
      throw new Error('no');
    });
  expect(fail).toThrow('no');
});
