import { afterEach, beforeEach, describe, expect, type Mock, spyOn, test } from 'bun:test';
import type { Event } from '../events/event.ts';
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
  ...{ workers: 4, batch_size: 4096, window: 8 },
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
      '[warn] mind',
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
    expect(told.at(-2)).toBe('[success] 1,500 records: 1,200 without an open frame, 300 empty');
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
