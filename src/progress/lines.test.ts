import { afterEach, beforeEach, describe, expect, type Mock, spyOn, test } from 'bun:test';
import type { Event, ProblemEvent } from '../events/event.ts';
import { lineRenderer, type Verbosity } from './lines.ts';

let write: Mock<typeof process.stderr.write>;
beforeEach(() => {
  write = spyOn(process.stderr, 'write').mockImplementation(() => true);
});
afterEach(() => write.mockRestore());

/** What the renderer writes to standard error for these events. */
function linesOf(verbosity: Verbosity, ...events: Event[]): string[] {
  const render = lineRenderer(verbosity);
  for (const event of events) render(event);
  const text = write.mock.calls.map(([chunk]) => String(chunk)).join('');
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

const STARTED: Event = {
  ...{ event: 'started', version: '1.2.3', inputs: ['a.fa'], output: 'out', model: 'm', length: 500 },
  ...{ threads: 4, workers: 2, batch_size: 4096, window: 8 },
};
const progress = (seconds: number, more: Partial<Extract<Event, { event: 'progress' }>> = {}): Event => ({
  ...{ event: 'progress', records: 1200, chunks: 3, frames: 4000, viral: 7, bytes: 250, bytes_total: 1000, seconds },
  ...more,
});

describe('lineRenderer', () => {
  test('a run, told', () => {
    const finished: Event = {
      event: 'finished',
      counts: { records: 1, viral: 1 },
      seconds: 2.04,
      folder: 'out',
      written: ['x', 'y'],
      note: 'mind',
    };
    expect(linesOf('normal', STARTED, { event: 'stage', stage: 'load', note: 'loading' }, finished)).toEqual([
      '[info] virnucpro 1.2.3: a.fa -> out',
      '[info] model m, chunks of 500 nt, threads: 4',
      '[info] loading',
      '[success] done in 2.0 s',
      '[success] 1 record: 1 viral',
      '[success] out: x, y',
      '[info] mind',
    ]);
  });

  test('what did not occur is left out; several inputs are counted', () => {
    const counts = { records: 1500, viral: 0, no_orf: 1200, empty: 300, chunks: 9 };
    const told = linesOf(
      'normal',
      { ...STARTED, inputs: ['a', 'b'] },
      { event: 'finished', counts, seconds: 1, folder: 'out', written: [] },
    );
    expect(told[0]).toContain('2 inputs -> out');
    // No file was written, so none is named.
    expect(told.at(-1)).toBe('[success] 1,500 records: 1,200 without an open frame, 300 empty');
  });

  test('progress at most every ten seconds, as a share where the size is known', () => {
    const told = linesOf('normal', progress(1), progress(10), progress(19), progress(20.5, { bytes_total: undefined }));
    expect(told).toEqual([
      '[info] 25 % of the input, 1,200 records, 4,000 frames, 7 viral, 10 s',
      '[info] 250 B, 1,200 records, 4,000 frames, 7 viral, 21 s',
    ]);
  });

  test('lines that repeat are all written', () => {
    const warning: Event = { event: 'warning', message: 'again' };
    expect(linesOf('normal', warning, warning, warning, warning, warning, warning)).toHaveLength(6);
  });

  test('an estimate', () => {
    const estimate: Event = {
      ...{ event: 'estimate', records: 1, chunks: 2, frames: 3, nucleotide_tokens: 5000, protein_tokens: 6000 },
      ...{ nucleotide_rate: 1000, protein_rate: 100, seconds: 65 },
    };
    expect(linesOf('normal', estimate)).toEqual([
      '[info] 1 record, 2 chunks, 3 open frames',
      '[info] nucleotide model: 5,000 tokens at 1,000 tokens/s',
      '[info] protein model: 6,000 tokens at 100 tokens/s',
      '[info] estimated time: 1 min 05 s. Nothing was written.',
    ]);
  });

  test('threads are those of the encoders, or the Workers where there is none; what there is not is left out', () => {
    const translate = { ...STARTED, model: undefined, threads: undefined } as Event;
    expect(linesOf('verbose', translate).slice(1)).toEqual([
      '[info] chunks of 500 nt, threads: 2',
      '[info] 2 sequence Workers, batches of 4,096 records, at most 8 under way',
    ]);
    write.mockClear();
    expect(linesOf('normal', { ...STARTED, model: undefined, length: undefined } as Event)[1]).toBe(
      '[info] threads: 4',
    );
    write.mockClear();
    expect(linesOf('normal', progress(10, { viral: undefined }))).toEqual([
      '[info] 25 % of the input, 1,200 records, 4,000 frames, 10 s',
    ]);
  });

  test('problems name their place; many are counted, unless all are asked for', () => {
    const problem = (more: Partial<ProblemEvent> = {}): Event => ({
      ...{ event: 'problem', file: 'a.fq', record: 'r7', line: 1234, message: 'its sequence is missing' },
      ...more,
    });
    const cut = problem({ file: '-', record: undefined, line: undefined, message: 'the file ends early' });
    expect(linesOf('normal', problem(), cut)).toEqual([
      '[warn] a.fq, record r7, line 1,234: its sequence is missing.',
      '[warn] standard input: the file ends early.',
    ]);
    const finished: Event = { event: 'finished', counts: {}, seconds: 1, folder: 'out', written: ['x'] };
    const all = [...Array.from({ length: 23 }, () => problem()), finished];
    write.mockClear();
    const told = linesOf('normal', ...all);
    expect(told.filter((line) => line.includes('record r7'))).toHaveLength(20);
    expect(told.slice(20)).toEqual([
      '[warn] 3 more problems of this kind; --verbose tells all.',
      '[success] done in 1.0 s',
      '[success] out: x',
    ]);
    write.mockClear();
    expect(linesOf('verbose', ...all)).toHaveLength(25);
    write.mockClear();
    expect(linesOf('quiet', ...all)).toEqual([]);
  });

  test('quiet says nothing, verbose says more than normal', () => {
    const device: Event = {
      event: 'device',
      device: 'cpu',
      backend: 'native-cpu',
      name: 'CPU',
      threads: 2,
      state: 'ready',
    };
    expect(linesOf('quiet', STARTED, device, progress(11), { event: 'warning', message: 'w' })).toEqual([]);
    const normal = linesOf('normal', STARTED, device).length;
    write.mockClear();
    expect(linesOf('verbose', STARTED, device).length).toBeGreaterThan(normal);
  });

  test('no control characters but the line ends', () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
    expect(linesOf('verbose', STARTED, progress(11)).join('')).not.toMatch(/[\x00-\x1f\x7f]/);
  });
});
