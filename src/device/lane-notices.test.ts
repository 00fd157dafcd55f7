import { afterEach, expect, test } from 'bun:test';
import type { NoticeRequest } from '../../test/helpers/notice-worker.ts';
import { Lane } from './lane.ts';

const MANY = 1_000_000;
const FAILED = 'its Worker failed: ';
const ENDED = 'its Worker ended before it had answered';

const lanes: Lane<NoticeRequest, undefined, number>[] = [];
afterEach(() => {
  for (const lane of lanes.splice(0)) lane.end();
});

interface Heard {
  /** Notices heard when the request was settled, and whether they came in order. */
  readonly notices: number;
  readonly inOrder: boolean;
  /** How the failure's message begins; undefined for an answer. */
  readonly failure: string | undefined;
}

/** @param isBusy main does not hear anything before the Worker has posted everything */
async function hear(notices: number, then: NoticeRequest['then'], isBusy: boolean): Promise<Heard> {
  let heard = 0;
  let inOrder = true;
  const lane = new Lane<NoticeRequest, undefined, number>('../test/helpers/notice-worker.ts', 'a lane', (notice) => {
    inOrder &&= notice === heard;
    heard += 1;
  });
  lanes.push(lane);
  const posted = new SharedArrayBuffer(4);
  const asked = lane.ask({ notices, then, posted });
  if (isBusy) Atomics.wait(new Int32Array(posted), 0, 0);
  const failure = await asked.then(
    () => undefined,
    (error: unknown) =>
      [FAILED, ENDED].find((begin) => String(error).startsWith(`DeviceError: ${begin}`)) ?? String(error),
  );
  return { notices: heard, inOrder, failure };
}

test('a million notices are heard, in order, before the last answer', async () => {
  expect(await hear(MANY, 'answer', false)).toEqual({ notices: MANY, inOrder: true, failure: undefined });
});

test('a million notices are heard before the failure of the Worker that posted them is told', async () => {
  expect(await hear(MANY, 'exit', false)).toEqual({ notices: MANY, inOrder: true, failure: ENDED });
  expect(await hear(MANY, 'throw', false)).toEqual({ notices: MANY, inOrder: true, failure: FAILED });
});

test.each<[NoticeRequest['then'], string | undefined]>([
  ['answer', undefined],
  // The answer was posted before the exception, so it counts.
  ['answer and throw', undefined],
  ['throw', FAILED],
  ['reject', FAILED],
  ['exit', ENDED],
])('what was posted while main was busy is heard first: %s', async (then, failure) => {
  expect(await hear(20_000, then, true)).toEqual({ notices: 20_000, inOrder: true, failure });
});
