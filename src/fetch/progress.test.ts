import { expect, test } from 'bun:test';
import type { Clock } from './clock.ts';
import { type BytesProgress, ProgressTracker } from './progress.ts';

function tracker(sizes: readonly (number | undefined)[]) {
  const clock = { ms: 0 };
  const told: BytesProgress[] = [];
  const hands: Clock = { now: () => clock.ms, after: () => () => undefined };
  const progress = new ProgressTracker(
    hands,
    (event) => event.kind === 'bytes' && told.push(event),
    sizes.map((bytes, n) => ({ name: String(n), bytes })),
  );
  return { clock, told, progress };
}

test('a file is told of a few times a second, and at its end', () => {
  const { clock, told, progress } = tracker([1000]);
  progress.start();
  for (let done = 1; done <= 1000; done += 1) {
    clock.ms += 1;
    progress.downloaded('0', done, 1000, 1);
  }
  expect(told.map(({ done }) => done)).toStrictEqual([1, 201, 401, 601, 801, 1000]);
});

test('the rate counts what came and not what was hashed, over all files', () => {
  const { clock, told, progress } = tracker([10_000, 10_000]);
  progress.checked('0', 5000, 10_000);
  clock.ms = 60_000;
  progress.start();
  for (let done = 1000; done <= 3000; done += 1000) {
    clock.ms += 1000;
    progress.downloaded('0', 5000 + done, 10_000, 1000);
    progress.downloaded('1', done, 10_000, 1000);
  }
  const { overall } = told.findLast(({ name }) => name === '0')!;
  expect(overall).toMatchObject({ done: 10_000, total: 20_000 });
  // The second file's last bytes come after the first is told.
  expect(told.at(-1)?.overall.done).toBe(11_000);
  expect(overall.bytesPerSecond).toBeWithin(1500, 2001);
  expect(overall.secondsLeft).toBeCloseTo(10_000 / overall.bytesPerSecond!, 6);
});

test('with a file of unknown size there is no total, until it is known', () => {
  const { clock, told, progress } = tracker([10, undefined]);
  progress.downloaded('0', 10, 10, 10);
  clock.ms += 1000;
  progress.downloaded('1', 5, undefined, 5);
  clock.ms += 1000;
  progress.downloaded('1', 7, 7, 2);
  expect(told.map(({ overall }) => [overall.done, overall.total, overall.secondsLeft])).toStrictEqual([
    [10, undefined, undefined],
    [15, undefined, undefined],
    [17, 17, 0],
  ]);
});
