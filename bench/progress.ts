/**
 * What telling costs: CPU time of the renderers by themselves, and of whole runs with and without them.
 *
 *     bun bench/progress.ts [--seconds N] [--reads N] [--rounds N] [--model BUNDLE]
 *
 * First, `--seconds` of a run in virtual time go through each renderer: two devices and 300 events a second, nearly all of
 * them batches, more than a fast card has. The terminal is painted at 10 Hz; all bytes go to a file. The share is of one
 * core: a run keeps at least one busy. Then dist/virnucpro predicts seeded 500-nt reads, once in each mode per round, in
 * turn, so that whatever else the machine does falls on all alike.
 */

import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Event } from '../src/events/event.ts';
import { ndjsonRenderer } from '../src/progress/ndjson.ts';
import { panel } from '../src/progress/panel.ts';
import { plainRenderer } from '../src/progress/plain.ts';
import type { Progress } from '../src/progress/progress.ts';
import { RunState } from '../src/progress/run-state.ts';
import { TtyRenderer } from '../src/progress/tty.ts';
import { HandTurned } from '../test/helpers/hand-turned.ts';
import { openReads } from './reads.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '600' },
    reads: { type: 'string', default: '4000' },
    rounds: { type: 'string', default: '5' },
    model: { type: 'string' },
  },
});
const ROOT = join(import.meta.dir, '..');
const EVENTS_PER_SECOND = 300;
/** The goal, of a run's CPU time. */
const GOAL = 0.005;
const WIDTH = 120;

const folder = mkdtempSync(join(tmpdir(), 'virnucpro-bench-'));
try {
  const seconds = Number(values.seconds);
  const renderers: readonly [string, (write: (text: string) => void, clock: HandTurned) => Progress][] = [
    ['tty', terminal],
    ['plain', (write, clock) => plainRenderer('normal', write, clock)],
    ['json', (write) => ndjsonRenderer(write)],
  ];
  /** Seconds of CPU time an event. */
  const costs = new Map<string, number>();
  for (const [name, open] of renderers) {
    const { cpu, bytes } = simulate(open, seconds);
    costs.set(name, cpu / (seconds * EVENTS_PER_SECOND));
    const each = (1e6 * cpu) / (seconds * EVENTS_PER_SECOND);
    console.log(
      `${name.padEnd(6)}${percent(cpu / seconds)} of one core (goal ${percent(GOAL)}): ` +
        `${each.toFixed(2)} us an event, ${(bytes / 1000 / seconds).toFixed(1)} kB/s`,
    );
  }

  const modes = ['off', 'plain', 'json', 'off again'] as const;
  const times = new Map<string, number[]>(modes.map((mode) => [mode, []]));
  writeFileSync(join(folder, 'reads.fa'), openReads(Number(values.reads), 500, 0.6, 20_261_122));
  for (let round = 0; round < Number(values.rounds); round += 1) {
    for (const mode of modes) times.get(mode)!.push(predictCpu(mode.split(' ')[0]!));
  }
  const without = median(times.get('off')!);
  // The difference of two runs is mostly noise; this is not.
  const events = readFileSync(join(folder, 'events'), 'utf8').split('\n').length - 1;
  for (const name of ['plain', 'json']) {
    console.log(`${name}: ${events} events, ${percent((events * costs.get(name)!) / without)} of the run's CPU time`);
  }
  for (const mode of modes) {
    const cpu = median(times.get(mode)!);
    const spread = `${Math.min(...times.get(mode)!).toFixed(2)} to ${Math.max(...times.get(mode)!).toFixed(2)}`;
    console.log(
      `predict, ${values.reads} reads, ${mode}: median ${cpu.toFixed(3)} s of CPU time (${spread}), ` +
        `${percent(cpu / without - 1)} more than off`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** CPU seconds that the events of so many seconds cost, and the bytes that were written. */
function simulate(
  open: (write: (text: string) => void, clock: HandTurned) => Progress,
  seconds: number,
): { cpu: number; bytes: number } {
  const clock = new HandTurned();
  const file = openSync(join(folder, 'told'), 'w');
  let bytes = 0;
  const events = eventsOf(seconds);
  const began = process.cpuUsage();
  const progress = open((text) => {
    bytes += writeSync(file, text);
  }, clock);
  for (const event of events) {
    progress.emit(event);
    clock.pass(1 / EVENTS_PER_SECOND);
  }
  progress.close();
  const { user, system } = process.cpuUsage(began);
  closeSync(file);
  return { cpu: (user + system) / 1e6, bytes };
}

/** A run of two devices, a window each second. Made beforehand, so that only telling is measured. */
function eventsOf(seconds: number): Event[] {
  const devices = ['webgpu:0', 'cuda:0'] as const;
  const events: Event[] = [
    {
      ...{ event: 'started', version: '1', inputs: ['reads.fa'], output: 'out', model: 'm', length: 500 },
      ...{ threads: 8, workers: 2, batch_size: 4096, window: 8 },
    },
    ...devices.map((device): Event => ({ event: 'device', device, backend: 'b', name: 'GPU', state: 'ready' })),
    { event: 'plan', devices: [], bytes_total: 1e6 * seconds },
    { event: 'stage', stage: 'predict', note: 'reading, translating, encoding, classifying' },
  ];
  const batches = EVENTS_PER_SECOND - 2;
  for (let window = 1; window <= seconds; window += 1) {
    const about = { chunks: 4096, frames: 8192 };
    const tokens = { nucleotide_tokens: (batches / 2) * 4000, protein_tokens: (batches / 2) * 4000 };
    events.push({ event: 'window', window, batches, records: 2000, ...about, ...tokens, bytes: 1e6 * window });
    for (let batch = 1; batch <= batches; batch += 1) {
      events.push({
        ...{ event: 'batch', device: devices[batch % 3 === 0 ? 1 : 0]!, window, batch },
        ...{ encoder: batch % 2 === 0 ? 'protein' : 'nucleotide', rows: 24, tokens: 4000, seconds: 0.012 },
        ...{ status: 'complete', memory: 2e9 },
      });
    }
    events.push({
      ...{ event: 'progress', records: 2000 * window, chunks: 4096 * window, frames: 8192 * window, viral: window },
      ...{ bytes: 1e6 * window, bytes_total: 1e6 * seconds, seconds: window },
    });
  }
  return events;
}

function terminal(write: (text: string) => void, clock: HandTurned): Progress {
  const state = new RunState();
  const nothing = () => () => undefined;
  return new TtyRenderer({
    out: { columns: WIDTH, rows: 40, isBusy: false, write, onResize: nothing, flush: () => undefined },
    clock,
    abilities: { reflows: true, taskbar: true },
    shell: { isForeground: () => true, beforeSignal: nothing, onStop: nothing },
    picture: {
      take: (event, now) => state.take(event, now),
      at: (now, width) => {
        const view = state.view(now);
        return { lines: panel(view, { width, unicode: true, colour: true }), fraction: view.fraction };
      },
    },
    verbosity: 'normal',
    hasColour: true,
  });
}

/** CPU seconds of a whole run. */
function predictCpu(mode: string): number {
  const result = Bun.spawnSync(
    [
      ...[join(ROOT, 'dist', 'virnucpro'), 'predict', 'reads.fa', '-o', 'out', '--force', '--threads', '1'],
      ...['--device', 'cpu', '--progress', mode],
      ...(values.model === undefined ? [] : ['--model', values.model]),
    ],
    { cwd: folder, stderr: Bun.file(join(folder, mode === 'json' ? 'events' : 'stderr')) },
  );
  if (!result.success) throw new Error(`predict ended with ${result.exitCode}`);
  return Number(result.resourceUsage.cpuTime.total) / 1e6;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}

function median(list: readonly number[]): number {
  const sorted = [...list].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}
