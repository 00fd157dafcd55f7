import { describe, expect, test } from 'bun:test';
import { HandTurned } from '../../test/helpers/hand-turned.ts';
import type { Event } from '../events/event.ts';
import type { Verbosity } from './event-lines.ts';
import { plainRenderer } from './plain.ts';

function open(verbosity: Verbosity = 'normal') {
  const clock = new HandTurned();
  const told: string[] = [];
  const { emit, close } = plainRenderer(verbosity, (text) => told.push(text), clock);
  return { clock, told, emit, close };
}

const STARTED: Event = {
  ...{ event: 'started', version: '1.2.3', inputs: ['a.fa'], output: 'out', model: 'm', length: 500 },
  ...{ threads: 4, workers: 2, batch_size: 4096, window: 8 },
};
const STAGE: Event = { event: 'stage', stage: 'predict', note: 'reading, encoding' };
const WINDOW: Event = {
  ...{ event: 'window', window: 1, batches: 200, records: 500, chunks: 500, frames: 1000 },
  ...{ nucleotide_tokens: 0, protein_tokens: 200_000, bytes: 1_000_000 },
};
const device = (id: string): Event => ({
  ...{ event: 'device', device: id, backend: 'webgpu', name: 'GPU', state: 'ready' },
});
const batch = (number: number, id: string): Event => ({
  ...{ event: 'batch', device: id, window: 1, batch: number, encoder: 'protein', rows: 6, tokens: 1000 },
  ...{ seconds: 1, status: 'complete' },
});
const progress = (bytes: number, seconds: number): Event => ({
  ...{
    event: 'progress',
    records: bytes / 1000,
    chunks: 1,
    frames: 1,
    viral: undefined,
    bytes,
    bytes_total: 1_000_000,
  },
  seconds,
});
const FINISHED: Event = { event: 'finished', counts: {}, seconds: 1, folder: 'out', written: [] };
const tellRun = (emit: (event: Event) => void) => {
  for (const event of [STARTED, device('webgpu:0'), device('cuda:0')]) emit(event);
  emit({ event: 'plan', devices: [], bytes_total: 1_000_000 });
  emit(STAGE);
  emit(WINDOW);
};

describe('plainRenderer', () => {
  test('a run of two devices: settings, the stage, a line for every twentieth, the end', () => {
    const { clock, told, emit } = open();
    tellRun(emit);
    // One batch a second; the first device does three of four.
    for (let number = 1; number <= 200; number += 1) {
      clock.pass(1);
      emit(batch(number, number % 4 === 0 ? 'cuda:0' : 'webgpu:0'));
    }
    emit(FINISHED);
    const lines = told.map((line) => line.trimEnd());
    expect(lines.slice(0, 5)).toEqual([
      '[info] virnucpro 1.2.3: a.fa -> out',
      '[info] model m, chunks of 500 nt, threads: 4',
      '[info] device webgpu:0: GPU',
      '[info] device cuda:0: GPU',
      '[info] reading, encoding',
    ]);
    const steps = lines.filter((line) => line.includes(' %,'));
    expect(steps.map((line) => Number(/(\d+) %/.exec(line)![1]))).toEqual(
      Array.from({ length: 19 }, (_, i) => 5 * (i + 1)),
    );
    for (const line of steps)
      expect(line).toMatch(/^\[info\] .*, predict, \d+ %, 0\/500 records, 1.0 MB\/1.0 MB, .*webgpu:0/);
    expect(steps[9]).toMatch(/ 50 %, .* 1,000 tokens\/s, ETA 1 min 3\d s, webgpu:0 75 %, cuda:0 25 %$/);
    expect(lines.at(-1)).toBe('[success] done in 1.0 s');
  });

  test('a run that tells nothing is told of all the same, every 30 s, until it is closed', () => {
    const { clock, told, emit, close } = open();
    emit({ event: 'stage', stage: 'load', note: 'loading' });
    clock.pass(29.9);
    expect(told).toEqual(['[info] loading\n']);
    clock.pass(31);
    expect(told.slice(1)).toEqual(['[info] 30 s, load\n', '[info] 1 min 00 s, load\n']);
    close();
    expect(clock.appointments).toBe(0);
    clock.pass(100);
    // What comes later is told, and starts no clock.
    emit({ event: 'warning', message: 'late' });
    expect(told.slice(3)).toEqual(['[warn] late\n']);
    expect(clock.appointments).toBe(0);
  });

  test('nothing about how far it is behind the last event', () => {
    const last: Event[] = [
      FINISHED,
      { event: 'failed', message: 'm', exit_code: 1 },
      { event: 'interrupted', signal: 'SIGINT', resume: 'r', exit_code: 130 },
    ];
    for (const event of last) {
      const { clock, told, emit } = open();
      tellRun(emit);
      emit(event);
      expect(clock.appointments).toBe(0);
      const count = told.length;
      clock.pass(100);
      emit(progress(500_000, 100));
      expect(told.length).toBe(count);
    }
  });

  test('never two lines within 2 s, however fast it goes', () => {
    const { clock, told, emit } = open();
    tellRun(emit);
    const before = told.length;
    for (let number = 1; number <= 200; number += 1) {
      clock.pass(0.05);
      emit(batch(number, 'cuda:0'));
    }
    expect(told.length - before).toBe(5);
  });

  test('events are enough where timers wait, as in a loop over what is there already', () => {
    let now = 0;
    const told: string[] = [];
    const clock = { now: () => now, every: () => () => undefined };
    const { emit } = plainRenderer('normal', (text) => told.push(text), clock);
    emit(STAGE);
    emit(progress(1000, 0));
    now = 31;
    emit(progress(2000, 31));
    expect(told.slice(1)).toEqual([expect.stringMatching(/^\[info\] 31 s, predict, /)]);
  });

  test('without a model, by what is read', () => {
    const { clock, told, emit } = open();
    emit({ ...STARTED, model: undefined, threads: undefined } as Event);
    for (let second = 1; second <= 20; second += 1) {
      clock.pass(1);
      emit(progress(second * 10_000, second));
    }
    const steps = told.slice(2);
    expect(steps).toHaveLength(3);
    expect(steps[0]).toStartWith('[info] 6.0 s, 5 %, 50 records, 50.0 kB/1.0 MB, 10.0 kB/s, ETA 1 min 3');
  });

  test('a download, by its bytes', () => {
    const { clock, told, emit } = open();
    emit({ event: 'stage', stage: 'pull', note: 'fetching' });
    for (let second = 1; second <= 10; second += 1) {
      clock.pass(1);
      emit({
        ...{
          event: 'download',
          bytes: second * 1e6,
          bytes_total: 1e9,
          bytes_per_second: 1e6,
          seconds_left: 990,
          seconds: second,
        },
      });
    }
    expect(told).toHaveLength(1);
    clock.pass(30);
    expect(told[1]).toBe('[info] 30 s, pull, 1 %, 10.0 MB/1.0 GB, 1.0 MB/s, ETA 16 min 30 s\n');
  });

  test('quiet says nothing and needs no clock', () => {
    const { clock, told, emit } = open('quiet');
    tellRun(emit);
    expect(clock.appointments).toBe(0);
    clock.pass(100);
    emit(FINISHED);
    expect(told).toEqual([]);
  });
});
