import { afterEach, expect, test } from 'bun:test';
import type { LaneRequest, LaneResult } from '../../test/helpers/lane-worker.ts';
import { DeviceError } from './backend.ts';
import { Lane } from './lane.ts';

type TestLane = Lane<LaneRequest, LaneResult, string>;

const lanes: TestLane[] = [];
afterEach(() => {
  for (const lane of lanes.splice(0)) lane.end();
});

function open(onNotice?: (notice: string) => void): TestLane {
  const lane: TestLane = new Lane('../test/helpers/lane-worker.ts', 'a lane', onNotice);
  lanes.push(lane);
  return lane;
}

async function failure(promise: Promise<unknown>): Promise<DeviceError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof DeviceError)) throw new Error(`no DeviceError: ${error}`);
  return error;
}

test('a request is answered with its result and its seconds, and its buffer goes over', async () => {
  const lane = open();
  const values = Float32Array.of(1, 2, 3);
  const answer = lane.ask({ kind: 'double', values }, [values.buffer]);
  expect(lane.load).toBe(1);
  expect(values.length).toBe(0);
  expect(await answer).toMatchObject({ result: Float32Array.of(2, 4, 6), seconds: 0.5 });
  expect(lane.load).toBe(0);
});

test('answers in another order reach those who asked', async () => {
  const lane = open();
  const asked = [10, 20, 30].map((value) => lane.ask({ kind: 'keep', value }));
  expect(lane.load).toBe(3);
  lane.post({ kind: 'release' });
  expect((await Promise.all(asked)).map(({ result }) => result)).toEqual([10, 20, 30]);
});

test('a failure has its kind, and the lane goes on', async () => {
  const lane = open();
  const error = await failure(lane.ask({ kind: 'refuse', message: 'full' }));
  expect([error.kind, error.message]).toEqual(['OutOfMemory', 'full']);
  expect((await lane.ask({ kind: 'double', values: Float32Array.of(4) })).result).toEqual(Float32Array.of(8));
});

test('a notice is heard before the answer that follows it', async () => {
  const heard: string[] = [];
  const lane = open((notice) => heard.push(notice));
  await lane.ask({ kind: 'notice', text: 'bound' });
  expect(heard).toEqual(['bound']);
  await open().ask({ kind: 'notice', text: 'nobody listens' });
});

test('what cannot be posted is refused at once, and is no load', async () => {
  const lane = open();
  const values = Float32Array.of(1);
  structuredClone(values, { transfer: [values.buffer] });
  await expect(lane.ask({ kind: 'double', values }, [values.buffer])).rejects.toThrow();
  expect(lane.load).toBe(0);
  expect((await lane.ask({ kind: 'double', values: Float32Array.of(4) })).result).toEqual(Float32Array.of(8));
});

test.each<[string, LaneRequest, string]>([
  ['throws', { kind: 'throw', message: 'a bug' }, 'its Worker failed: '],
  ['ends', { kind: 'end' }, 'its Worker ended before it had answered'],
])('a Worker that %s rejects everything that waits, and all that comes', async (_, request, message) => {
  const lane = open();
  const waiting = [lane.ask({ kind: 'keep', value: 1 }), lane.ask(request), lane.ask({ kind: 'keep', value: 2 })];
  for (const error of await Promise.all(waiting.map(failure))) {
    expect(error.kind).toBe('DeviceLost');
    expect(error.message).toStartWith(message);
  }
  expect(lane.load).toBe(0);
  expect((await failure(lane.ask({ kind: 'keep', value: 3 }))).message).toStartWith(message);
  lane.post({ kind: 'release' });
});

test('a Worker that is not there is a lost device', async () => {
  const lane: TestLane = new Lane('device/nothing.ts', 'nobody');
  lanes.push(lane);
  expect((await failure(lane.ask({ kind: 'keep', value: 1 }))).kind).toBe('DeviceLost');
});

test('once ended, what waits is rejected', async () => {
  const lane = open();
  const waiting = failure(lane.ask({ kind: 'keep', value: 1 }));
  lane.end();
  expect((await waiting).message).toBe('its session is closed');
  lane.end();
});

test('one that was abandoned is told why, and its late answers are not heard', async () => {
  const heard: string[] = [];
  const lane = open((notice) => heard.push(notice));
  await lane.ask({ kind: 'double', values: Float32Array.of(1) });
  const waiting = failure(lane.ask({ kind: 'notice', text: 'late' }));
  lane.abandon('no answer for 5 s');
  expect((await waiting).message).toBe('no answer for 5 s');
  const other = open();
  await other.ask({ kind: 'double', values: Float32Array.of(1) });
  expect(heard).toEqual([]);
  expect((await failure(lane.ask({ kind: 'keep', value: 1 }))).message).toBe('no answer for 5 s');
});
