import { describe, expect, test } from 'bun:test';
import type { BatchEvent, DeviceEvent, Event, ProgressEvent, WindowEvent } from '../events/event.ts';
import { RunState } from './run-state.ts';

const STARTED: Event = {
  ...{ event: 'started', version: '1.2.3', inputs: ['a.fa'], output: 'out', model: 'mini', length: 500, threads: 2 },
  ...{ workers: 2, batch_size: 4096, window: 8 },
};
const WITHOUT_MODEL: Event = { ...STARTED, model: undefined, threads: undefined, inputs: ['-'] };
const PREDICT: Event = { event: 'stage', stage: 'predict', note: 'reading' };
const device = (id: string, state: DeviceEvent['state'], more: Partial<DeviceEvent> = {}): DeviceEvent => ({
  ...{ event: 'device', device: id, backend: 'webgpu', name: `name of ${id}`, state, memory_total: 8e9 },
  ...more,
});
const window = (number: number, bytes: number, tokens: number): WindowEvent => ({
  ...{ event: 'window', window: number, batches: 20, records: 100, chunks: 400, frames: 1000, bytes },
  ...{ nucleotide_tokens: tokens, protein_tokens: tokens },
});
const batch = (id: string, number: number, more: Partial<BatchEvent> = {}): BatchEvent => ({
  ...{ event: 'batch', device: id, window: number, batch: 1, encoder: 'nucleotide', rows: 10, tokens: 1000 },
  ...{ seconds: 1, status: 'complete' },
  ...more,
});
const progress = (records: number, bytes: number, total: number | undefined = 1000): ProgressEvent => ({
  ...{
    event: 'progress',
    records,
    chunks: records,
    frames: 10 * records,
    viral: 3,
    bytes,
    bytes_total: total,
    seconds: 1,
  },
});
const plan: Event = { event: 'plan', devices: [], bytes_total: 1000 };

function told(...events: readonly (readonly [Event, number])[]): RunState {
  const state = new RunState();
  for (const [event, now] of events) state.take(event, now);
  return state;
}

/** Two GPUs of which one is three times as fast, over the first two of four windows, from second 110 on. */
function twoDevices(): { readonly state: RunState; readonly now: number } {
  const state = told(
    [STARTED, 100],
    [device('fast', 'ready'), 105],
    [device('slow', 'ready'), 109],
    [PREDICT, 110],
    [plan, 110],
    [window(1, 250, 20_000), 110],
    [device('fast', 'running'), 110],
    [device('slow', 'running'), 110],
    [window(2, 500, 20_000), 110],
  );
  // In three seconds the fast one does three batches and the slow one does one: 80,000 tokens in a minute.
  let now = 110;
  for (let number = 0; number < 80; number += 4) {
    for (let i = 0; i < 3; i += 1) {
      now += 1;
      state.take(batch('fast', number < 40 ? 1 : 2, { encoder: encoderOf(number + i), memory: 2e9 }), now);
    }
    state.take(batch('slow', number < 40 ? 1 : 2, { encoder: encoderOf(number + 3), seconds: 3 }), now);
    if (number === 40) state.take(progress(100, 250), now);
  }
  return { state, now };
}
const encoderOf = (number: number): BatchEvent['encoder'] => (number % 40 < 20 ? 'nucleotide' : 'protein');

describe('a run on two GPUs', () => {
  test('how far it is and when it ends', () => {
    const { state, now } = twoDevices();
    expect(now).toBe(170);
    const { fraction, eta, elapsed, ...view } = state.view(now);
    // All tokens of two windows of four, in a minute.
    expect([fraction, elapsed]).toEqual([0.5, 70]);
    expect(eta).toBeCloseTo(60, 0);
    expect(view).toMatchObject({ title: 'a.fa -> out, model mini', note: 'reading', isOver: false });
    expect(view).toMatchObject({ records: 100, recordsTotal: undefined, viral: 3, bytes: 500, bytesTotal: 1000 });
    // One that is late holds the clock.
    expect(state.view(now + 2).eta).toBeCloseTo(58, 0);
    expect(state.view(now + 20).eta).toBeGreaterThan(60);
  });

  test('devices: rates that fit their speed, and their shares', () => {
    const { state, now } = twoDevices();
    const [fast, slow] = state.view(now).devices;
    expect(fast).toMatchObject({ id: 'fast', name: 'name of fast', backend: 'webgpu', state: 'running', share: 0.75 });
    expect(fast).toMatchObject({ tokens: 60_000, batches: 60, failures: 0, memory: 2e9, memoryTotal: 8e9 });
    expect(slow).toMatchObject({ id: 'slow', share: 0.25, tokens: 20_000, batches: 20, memory: undefined });
    expect(fast!.tokensPerSecond).toBeCloseTo(1000, 6);
    expect(slow!.tokensPerSecond).toBeCloseTo(1000 / 3, 6);
    expect([fast!.busy, slow!.busy]).toEqual([1, 1]);
  });

  test('encoders and stages', () => {
    const { state, now } = twoDevices();
    const { encoders, stages } = state.view(now);
    expect(encoders!.nucleotide).toMatchObject({ done: 40_000, planned: 40_000, expected: 80_000 });
    expect(encoders!.protein).toMatchObject({ done: 40_000, planned: 40_000, expected: 80_000 });
    expect(stages.map(({ name, unit }) => `${name}: ${unit}`)).toEqual([
      ...['read: bytes', 'translate: frames', 'nucleotide model: tokens', 'protein model: tokens', 'write: records'],
    ]);
    const sum = stages[2]!.rate! + stages[3]!.rate!;
    expect(sum).toBeWithin(1000, 1700);
    expect(encoders!.protein.rate).toBe(stages[3]!.rate!);
  });

  test('the fraction moves with batches and never falls, even when costs become known', () => {
    const state = told([STARTED, 0], [PREDICT, 0], [plan, 0], [window(1, 1000, 10_000), 0]);
    let before = 0;
    for (let i = 0; i < 20; i += 1) {
      // Protein tokens turn out to cost a hundred times as much.
      const encoder = i < 10 ? 'nucleotide' : 'protein';
      state.take(batch('cpu', 1, { encoder, seconds: i < 10 ? 0.01 : 1 }), i);
      const fraction = state.view(i).fraction!;
      expect(fraction).toBeGreaterThanOrEqual(before);
      before = fraction;
    }
    expect(before).toBe(1);
  });

  test('one is lost: its row says so, the others go on to the end', () => {
    const { state, now } = twoDevices();
    state.take(device('slow', 'lost', { reason: 'the driver was reset' }), now);
    state.take(batch('slow', 2, { status: 'failed' }), now);
    const { devices, warnings } = state.view(now);
    expect(devices[1]).toMatchObject({ state: 'lost', reason: 'the driver was reset', failures: 1, batches: 20 });
    expect(devices[1]).toMatchObject({ tokensPerSecond: undefined, busy: undefined, memory: undefined });
    expect(warnings).toEqual({ count: 1, newest: 'slow lost: the driver was reset' });
    expect(state.view(now).fraction).toBe(0.5);
    state.take(window(3, 1000, 20_000), now);
    expect(state.view(now).recordsTotal).toBe(300);
    for (let i = 0; i < 40; i += 1)
      state.take(batch('fast', 3, { encoder: i < 20 ? 'nucleotide' : 'protein' }), now + i);
    expect(state.view(now + 40)).toMatchObject({ fraction: 1, eta: 0, isOver: false });
    state.take({ event: 'finished', counts: {}, seconds: 1, folder: 'out', written: [] }, now + 41);
    expect(state.view(now + 41)).toMatchObject({ fraction: 1, eta: undefined, isOver: true });
  });

  test('what a device says it is in, until it says that it runs again', () => {
    const state = told([device('a', 'loading'), 0], [device('a', 'retrying', { reason: 'memory' }), 1]);
    expect(state.view(1).devices[0]).toMatchObject({ state: 'retrying', reason: 'memory' });
    state.take(device('a', 'running'), 2);
    expect(state.view(2).devices[0]).toMatchObject({ state: 'running', reason: undefined });
    expect(state.view(2).warnings.count).toBe(1);
  });
});

test('a failed batch is no progress', () => {
  const state = told([STARTED, 0], [plan, 0], [window(1, 1000, 10_000), 0]);
  state.take(batch('cpu', 1, { status: 'failed' }), 5);
  expect(state.view(5)).toMatchObject({ fraction: 0, encoders: { nucleotide: { done: 0 } } });
});

test('a run that goes on: what was done before is in no rate', () => {
  const state = told([STARTED, 0], [PREDICT, 1], [plan, 1], [progress(5000, 500), 2], [window(6, 600, 1000), 3]);
  expect(state.view(3)).toMatchObject({ fraction: 0.5, records: 5000, eta: undefined });
  // 100 bytes in two seconds.
  expect(state.view(3).stages[0]!.rate).toBeCloseTo(50, 6);
  state.take(batch('cpu', 6), 21);
  state.take(batch('cpu', 6, { encoder: 'protein' }), 21);
  state.take(progress(5100, 600), 21);
  const { fraction, eta, stages } = state.view(21);
  expect(fraction).toBe(0.6);
  expect(eta).toBeCloseTo(80, 6);
  expect(stages[4]!.rate).toBeCloseTo(5, 6);
});

test('the size of the input may come with the first progress alone', () => {
  const state = told([STARTED, 0], [window(1, 500, 1000), 0]);
  expect(state.view(0)).toMatchObject({ fraction: undefined, bytesTotal: undefined });
  state.take(batch('cpu', 1), 1);
  state.take(batch('cpu', 1, { encoder: 'protein' }), 1);
  state.take(progress(100, 500), 1);
  expect(state.view(1).fraction).toBe(0.5);
});

test('a pipe has neither fraction nor end, all else it has', () => {
  const state = told([STARTED, 0], [{ ...plan, bytes_total: undefined }, 0], [window(1, 500, 1000), 0]);
  for (let i = 1; i < 20; i += 1) state.take(batch('cpu', 1, { tokens: 10 }), i);
  state.take({ ...progress(100, 500), bytes_total: undefined }, 20);
  const { fraction, eta, recordsTotal, encoders, bytes, records } = state.view(20);
  expect([fraction, eta, recordsTotal]).toEqual([undefined, undefined, undefined]);
  expect(encoders!.nucleotide).toMatchObject({ done: 190, planned: 1000, expected: undefined });
  expect([bytes, records]).toEqual([500, 100]);
});

test('translate: by progress alone', () => {
  const state = told([WITHOUT_MODEL, 0]);
  expect(told([WITHOUT_MODEL, 0], [progress(100, 10), 2]).view(2).stages[0]).toMatchObject({ name: 'read', rate: 5 });
  for (let i = 1; i <= 10; i += 1) state.take({ ...progress(100 * i, 10 * i), viral: undefined }, i);
  const { fraction, eta, stages, ...view } = state.view(10);
  expect(view).toMatchObject({ title: 'standard input -> out', records: 1000, viral: undefined, encoders: undefined });
  expect(fraction).toBe(0.1);
  expect(eta).toBeCloseTo(90, 6);
  expect(stages).toEqual([
    { name: 'read', rate: expect.closeTo(10, 6), unit: 'bytes' },
    { name: 'translate', rate: expect.closeTo(1000, 6), unit: 'frames' },
  ]);
});

describe('a download', () => {
  const download = (bytes: number, total: number | undefined): Event => ({
    ...{ event: 'download', bytes, bytes_total: total, bytes_per_second: 7, seconds_left: 11, seconds: 1 },
  });
  const note = (stage: 'pull' | 'import', text: string): Event => ({ event: 'stage', stage, note: text });

  test('says itself how far it is', () => {
    const state = told([note('pull', 'x: downloading'), 0], [download(25, 100), 4]);
    expect(state.view(4)).toMatchObject({
      ...{ title: 'x: downloading', fraction: 0.25, eta: 11, bytes: 25, bytesTotal: 100, records: undefined },
      stages: [{ name: 'download', rate: 7, unit: 'bytes' }],
    });
    state.take(note('pull', 'x: verified'), 5);
    expect(state.view(5).fraction).toBe(0.25);
  });

  test('is over when it is complete or something else begins', () => {
    const complete = told([download(100, 100), 0], [note('pull', 'proving'), 1]);
    expect(complete.view(1)).toMatchObject({ title: 'proving', fraction: undefined, stages: [] });
    const unknown = told([download(100, undefined), 0]);
    expect(unknown.view(0)).toMatchObject({ fraction: undefined, bytes: 100 });
    unknown.take(note('import', 'import: weights'), 1);
    expect(unknown.view(1)).toMatchObject({ title: 'import: weights', stages: [] });
  });
});

test('warnings of all kinds are counted, the newest is kept', () => {
  const state = told([{ event: 'warning', message: 'first' }, 0]);
  expect(state.view(0).warnings).toEqual({ count: 1, newest: 'first' });
  state.take({ event: 'record_failed', file: 'a.fa', record: 'r7', line: 3, message: 'no sequence' }, 1);
  expect(state.view(1).warnings).toEqual({ count: 2, newest: 'record r7: no sequence' });
  state.take({ event: 'record_failed', file: 'a.fa', record: undefined, line: undefined, message: 'cut off' }, 1);
  expect(state.view(1).warnings.newest).toBe('a.fa: cut off');
});

test('before the first event, and at every end', () => {
  expect(new RunState().view(7)).toMatchObject({ title: 'virnucpro', elapsed: 0, fraction: undefined, isOver: false });
  const failed = told([STARTED, 0], [{ event: 'failed', message: 'x', exit_code: 2 }, 1]);
  const stopped = told([STARTED, 0], [{ event: 'interrupted', signal: 'SIGINT', resume: '', exit_code: 130 }, 1]);
  expect([failed.view(1).isOver, stopped.view(1).isOver]).toEqual([true, true]);
});
