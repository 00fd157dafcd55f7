/**
 * Whether memory stays flat: a long run of the executable, its memory every few seconds.
 *
 *     bun bench/memory.ts [--minutes N] [--threads N] [--bin PATH] [--model BUNDLE] [--every SECONDS] [--seed N] [--samples FILE]
 *
 * Seeded reads come through standard input for as long as was asked for, so there is no large file: 150 to 3000 nt, 60 % of
 * them with an open frame, every id another one. All processes that the run consists of are looked at; the one that
 * computes is the one that used most CPU time. The ids that `predict` compares are the one thing that may grow, by 12 to 24
 * bytes a record up to 16.8 million of them: how much they hold is said beside the slope. Linux only.
 *
 * `--samples` keeps every sample as a line of JSON.
 */

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { around, idBytes, slopePerHour } from './memory/curve.ts';
import { folderBytes, processesOf } from './memory/processes.ts';
import type { MemorySample } from './memory/sample.ts';
import { openReads } from './reads.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    threads: { type: 'string', default: '2' },
    bin: { type: 'string', default: join(import.meta.dir, '..', 'dist', 'virnucpro') },
    model: { type: 'string' },
    every: { type: 'string', default: '5' },
    seed: { type: 'string', default: '20261122' },
    samples: { type: 'string' },
  },
});
const LENGTHS = [150, 250, 400, 500, 500, 500, 700, 1000, 3000];
const READS_AT_ONCE = 200;
const MIB = 2 ** 20;
/** The beginning, in which everything is opened and rooms are made, is not part of the slope. */
const WARM_UP = 0.2;

const milliseconds = Number(values.minutes) * 60_000;
const folder = mkdtempSync(join(tmpdir(), 'virnucpro-bench-'));
const began = performance.now();
let records = 0;
let given = 0;
const samples: MemorySample[] = [];
try {
  const command = ['predict', '-', '-o', 'out', '--threads', values.threads, '--device', 'cpu', '--progress', 'json'];
  const model = values.model === undefined ? [] : ['--model', resolve(values.model)];
  const child = spawn(resolve(values.bin), [...command, ...model], { cwd: folder, stdio: ['pipe', 'ignore', 'pipe'] });
  const exited = new Promise<number | null>((done, fail) => child.on('error', fail).on('close', done));
  const sampling = setInterval(() => sample(child.pid!), 1000 * Number(values.every));
  try {
    const told = tellRecords(child.stderr);
    await pipeline(Readable.from(reads()), child.stdin);
    await told;
    const code = await exited;
    if (code !== 0) throw new Error(`predict ended with ${code}`);
  } finally {
    clearInterval(sampling);
  }
  if (records !== given) throw new Error(`${given} records went in, ${records} came out`);
  report();
} finally {
  if (values.samples !== undefined)
    writeFileSync(values.samples, samples.map((one) => `${JSON.stringify(one)}\n`).join(''));
  rmSync(folder, { recursive: true, force: true });
}

/** FASTA until the time is over. */
function* reads(): Generator<Buffer, void, undefined> {
  for (let block = 0; performance.now() - began < milliseconds; block += 1) {
    const seed = Math.imul(Number(values.seed) + block, 0x9e3779b1);
    const text = openReads(READS_AT_ONCE, LENGTHS[(seed >>> 8) % LENGTHS.length]!, 0.6, seed);
    given += READS_AT_ONCE;
    yield Buffer.from(text.replaceAll('>read_', `>block_${block}_read_`));
  }
}

/** Reads the events to their end. */
async function tellRecords(stream: Readable): Promise<void> {
  for await (const line of createInterface({ input: stream })) {
    const event: unknown = line.startsWith('{') ? JSON.parse(line) : line;
    if (typeof event !== 'object' || event === null || !('event' in event)) console.error(line);
    else if (event.event === 'failed' || event.event === 'note') console.error(line);
    else if (event.event === 'progress' && 'records' in event) records = Number(event.records);
  }
}

function sample(root: number): void {
  const seconds = (performance.now() - began) / 1000;
  const processes = processesOf(root);
  if (processes.length === 0) return;
  const [computing, ...others] = processes.sort((a, b) => b.cpu - a.cpu);
  const { resident, anonymous, proportional } = computing!;
  const rest = others.reduce((sum, other) => sum + other.resident, 0);
  const journal = folderBytes(join(folder, 'out', 'journal'));
  samples.push({ seconds, records, resident, anonymous, proportional, others: rest, journal });
}

function report(): void {
  const last = samples.at(-1);
  if (last === undefined) throw new Error('the run was shorter than the time between two samples');
  const cpu = /model name\s*:\s*(.*)/.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? 'unknown';
  console.log(`${cpu}; ${values.threads} threads, ${(last.seconds / 60).toFixed(1)} minutes, ${records} records`);
  console.log('');
  console.log(
    '| at | records | resident MiB | of it anonymous | proportional | other processes | journal on the disk |',
  );
  console.log('|---|---|---|---|---|---|---|');
  for (const share of [0.1, 0.5, 1]) {
    row(`${100 * share} %`, around(samples, share));
  }
  row('largest', {
    seconds: last.seconds,
    records: last.records,
    resident: Math.max(...samples.map(({ resident }) => resident)),
    anonymous: Math.max(...samples.map(({ anonymous }) => anonymous)),
    proportional: Math.max(...samples.map(({ proportional }) => proportional)),
    others: Math.max(...samples.map(({ others }) => others)),
    journal: Math.max(...samples.map(({ journal }) => journal)),
  });
  console.log('');
  const late = samples.filter(({ seconds }) => seconds >= WARM_UP * last.seconds);
  const slope = (of: (sample: MemorySample) => number) => (slopePerHour(late, of) / MIB).toFixed(1);
  console.log(
    `Slope of the last ${100 * (1 - WARM_UP)} %, MiB per hour: resident ${slope(({ resident }) => resident)}, ` +
      `anonymous ${slope(({ anonymous }) => anonymous)}, other processes ${slope(({ others }) => others)}. ` +
      `Ids that are compared hold ${mib(idBytes(late[0]!.records))} MiB at its beginning and ` +
      `${mib(idBytes(last.records))} at the end.`,
  );
}

function row(at: string, { records: done, resident, anonymous, proportional, others, journal }: MemorySample): void {
  const figures = [resident, anonymous, proportional, others, journal].map(mib);
  console.log(`| ${[at, done, ...figures].join(' | ')} |`);
}

function mib(bytes: number): string {
  return (bytes / MIB).toFixed(1);
}
