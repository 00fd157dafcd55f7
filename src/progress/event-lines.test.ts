import { describe, expect, test } from 'bun:test';
import type {
  DeviceEvent,
  DeviceState,
  Event,
  FinishedDevice,
  FinishedEvent,
  RecordFailedEvent,
} from '../events/event.ts';
import { EventLines, type Verbosity } from './event-lines.ts';
import { openLog } from './log.ts';

/** What is written for these events. */
function linesOf(verbosity: Verbosity, ...events: Event[]): string[] {
  let text = '';
  const lines = new EventLines(verbosity);
  const log = openLog((written) => {
    text += written;
  });
  for (const event of events) lines.of(event).forEach(log);
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

test('a new start after a crash: how, who, and from where', () => {
  const told = (device: string | undefined, from: 'journal' | 'beginning') =>
    linesOf('normal', { event: 'restarted', signal: 'SIGSEGV', device, from });
  expect(told('cuda:1', 'journal')).toEqual([
    '[warn] The program crashed (SIGSEGV) while cuda:1 was at work; it goes on from the journal, without cuda:1.',
  ]);
  expect(told(undefined, 'beginning')).toEqual(['[warn] The program crashed (SIGSEGV); it begins again.']);
});

const STARTED: Event = {
  ...{ event: 'started', version: '1.2.3', inputs: ['a.fa'], output: 'out', model: 'm', length: 500 },
  ...{ threads: 4, workers: 2, batch_size: 4096, window: 8 },
};
const PROGRESS: Event = {
  ...{
    event: 'progress',
    records: 1200,
    chunks: 3,
    frames: 4000,
    viral: 7,
    bytes: 250,
    bytes_total: 1000,
    seconds: 90,
  },
};

describe('lines of events', () => {
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

  test('how far it is, is told elsewhere', () => {
    const download: Event = {
      ...{ event: 'download', bytes: 1, bytes_total: 2, bytes_per_second: 1, seconds_left: 1, seconds: 60 },
    };
    const plan: Event = { event: 'plan', devices: [], bytes_total: 1 };
    const failed: Event = { event: 'failed', message: 'told by whoever ends the run', exit_code: 1 };
    expect(linesOf('verbose', PROGRESS, download, plan, failed)).toEqual([]);
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
    expect(linesOf('normal', { ...STARTED, model: undefined, length: undefined } as Event)[1]).toBe(
      '[info] threads: 4',
    );
  });

  test('problems name their place; many are counted, unless all are asked for', () => {
    const problem = (more: Partial<RecordFailedEvent> = {}): Event => ({
      ...{ event: 'record_failed', file: 'a.fq', record: 'r7', line: 1234, message: 'its sequence is missing' },
      ...more,
    });
    const cut = problem({ file: '-', record: undefined, line: undefined, message: 'the file ends early' });
    expect(linesOf('normal', problem(), cut)).toEqual([
      '[warn] a.fq, record r7, line 1,234: its sequence is missing.',
      '[warn] standard input: the file ends early.',
    ]);
    const finished: Event = { event: 'finished', counts: {}, seconds: 1, folder: 'out', written: ['x'] };
    const all = [...Array.from({ length: 23 }, () => problem()), finished];
    const told = linesOf('normal', ...all);
    expect(told.filter((line) => line.includes('record r7'))).toHaveLength(20);
    expect(told.slice(20)).toEqual([
      '[warn] 3 more problems of this kind; --verbose tells all.',
      '[success] done in 1.0 s',
      '[success] out: x',
    ]);
    expect(linesOf('verbose', ...all)).toHaveLength(25);
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
    expect(linesOf('quiet', STARTED, device, PROGRESS, { event: 'warning', message: 'w' })).toEqual([]);
    const normal = linesOf('normal', STARTED, device).length;
    expect(linesOf('verbose', STARTED, device).length).toBeGreaterThan(normal);
  });

  describe('devices', () => {
    const card = (state: DeviceState, more: Partial<DeviceEvent> = {}): Event => ({
      ...{ event: 'device', device: 'cuda:0', backend: 'cuda', name: 'RTX A4000', state, driver: 'NVIDIA 580.65.06' },
      ...more,
    });
    const cpu: Event = {
      event: 'device',
      device: 'cpu',
      backend: 'native-cpu',
      name: 'Xeon',
      threads: 8,
      state: 'ready',
    };

    test('that are ready are told with their driver; the CPU only where everything is told', () => {
      expect(linesOf('normal', card('ready'), card('ready', { driver: undefined }), cpu)).toEqual([
        '[info] device cuda:0: RTX A4000, NVIDIA 580.65.06',
        '[info] device cuda:0: RTX A4000',
      ]);
      expect(linesOf('verbose', cpu)).toEqual(['[info] device cpu: Xeon, threads: 8']);
    });

    test('that fail are told with the reason, and what becomes of their batches', () => {
      expect(linesOf('normal', card('retrying', { reason: 'out of memory' }))).toEqual([
        '[warn] cuda:0 (RTX A4000) goes on with less at a time: out of memory.',
      ]);
      expect(linesOf('normal', card('lost', { reason: 'no answer for 300 s' }))).toEqual([
        '[warn] cuda:0 (RTX A4000) is lost: no answer for 300 s. Others do its batches.',
      ]);
    });

    test('that work are nothing to tell, and no batch is', () => {
      const batch: Event = {
        ...{ event: 'batch', device: 'cuda:0', window: 1, batch: 1, encoder: 'protein', rows: 2, tokens: 9 },
        ...{ seconds: 0.1, status: 'complete' },
      };
      expect(linesOf('verbose', card('running'), batch)).toEqual([]);
    });

    test('that are loaded, proven or refused are told where everything is', () => {
      const events = [card('loading'), card('proving'), card('refused', { reason: 'wrong numbers' })];
      expect(linesOf('normal', ...events)).toEqual([]);
      expect(linesOf('verbose', ...events)).toEqual([
        '[info] device cuda:0: loading',
        '[info] device cuda:0: proving',
        '[info] device cuda:0: refused: wrong numbers',
      ]);
    });
  });

  describe('balance', () => {
    const device = (more: Partial<FinishedDevice> = {}): FinishedDevice => ({
      ...{ device: 'webgpu:0', batches: 120, tokens: 480_000, busy_seconds: 61.2, idle_share: 0.018, failures: 0 },
      ...more,
    });
    const finished = (more: Partial<FinishedEvent>): Event => ({
      ...{ event: 'finished', counts: {}, seconds: 63, folder: 'out', written: [] },
      ...more,
    });

    test('each of several devices is told, and how even they were', () => {
      const other = device({ device: 'cuda:0', batches: 1, tokens: 1, busy_seconds: 2, idle_share: 0.5, failures: 1 });
      expect(linesOf('normal', finished({ devices: [device(), other], imbalance: 1.043 }))).toEqual([
        '[success] done in 1 min 03 s',
        '[info] webgpu:0: 120 batches, 480,000 tokens, busy 1 min 01 s, idle 2 %, 0 failures',
        '[info] cuda:0: 1 batch, 1 token, busy 2.0 s, idle 50 %, 1 failure',
        '[info] imbalance 1.04: last finishing time of a device over their mean; 1 is even',
      ]);
    });

    test('one that was alone is told where everything is, or where it failed', () => {
      const alone = finished({ devices: [device()], imbalance: 1 });
      expect(linesOf('normal', alone)).toEqual(['[success] done in 1 min 03 s']);
      expect(linesOf('verbose', alone)).toHaveLength(2);
      expect(linesOf('normal', finished({ devices: [device({ failures: 3 })] }))[1]).toEndWith('3 failures');
    });
  });

  test('standard input has its name', () => {
    expect(linesOf('normal', { ...STARTED, inputs: ['-'] } as Event)[0]).toBe(
      '[info] virnucpro 1.2.3: standard input -> out',
    );
  });

  test('no control characters but the line ends, whatever a name holds', () => {
    const odd: Event = { ...STARTED, inputs: ['a\nb\u001b[2J\u009b.fa'] } as Event;
    expect(linesOf('verbose', odd)[0]).toBe('[info] virnucpro 1.2.3: a\\x0ab\\x1b[2J\\x9b.fa -> out');
  });
});
