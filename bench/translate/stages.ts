/**
 * Where a sequence Worker's time goes: the same work again and again with one stage more, in this process on one thread.
 * A stage costs what the run takes longer than the one before it. Last, all of it as a run does it: the usual reads, which
 * these are, many in one call.
 */

import { statSync } from 'node:fs';
import { FastaReader } from '../../src/input/fasta.ts';
import { InputSpace } from '../../src/input/input-space.ts';
import { closeFiles } from '../../src/input/open-files.ts';
import { PlainRange } from '../../src/input/plain-range.ts';
import type { TakeReads } from '../../src/input/record.ts';
import { Kernel } from '../../src/kernel/kernel.ts';
import { RingConsumer } from '../../src/ring/consumer.ts';
import { createRing } from '../../src/ring/layout.ts';
import { RingProducer } from '../../src/ring/producer.ts';
import { FrameText } from '../../src/run/sinks/frame-text.ts';
import type { SendPiece } from '../../src/run/sinks/sink.ts';
import { ChunkPlan } from '../../src/sequence/chunk.ts';
import { SixFrames } from '../../src/sequence/frames.ts';
import { median, printTable, rounded } from './figures.ts';
import { settle } from './page-cache.ts';
import type { Settings } from './settings.ts';

const BLOCK_BYTES = 1 << 20;
const RING_BYTES = 8 << 20;
const CHUNK = 500;

const STAGES: readonly string[] = [
  'reading the file',
  'finding records',
  'six frames',
  'FASTA text',
  'into the ring and out',
];
const AT_ONCE = STAGES.length;

export async function stages({ data, records, rounds }: Settings): Promise<void> {
  const { path } = data.reads(records);
  settle(path, 'warm');
  const times = [...STAGES, ''].map((): number[] => []);
  // The first round compiles.
  for (let round = 0; round <= rounds; round += 1) {
    for (const stage of times.keys()) {
      const began = performance.now();
      runUpTo(stage, path);
      if (round > 0) times[stage]!.push(performance.now() - began);
    }
  }
  closeFiles();
  const totals = times.map((list) => (median(list) * 1e6) / records);
  const atOnce = totals.pop()!;
  const whole = totals.at(-1)!;
  console.log(`${records.toLocaleString('en-US')} records, input in the page cache, one thread, median of ${rounds}`);
  printTable(
    ['stage', 'ns per record', 'share', 'records/s up to here'],
    [
      ...STAGES.map((name, i) => {
        const own = totals[i]! - (i === 0 ? 0 : totals[i - 1]!);
        return [name, own.toFixed(0), `${((100 * own) / whole).toFixed(0)} %`, rounded(1e9 / totals[i]!)];
      }),
      ['all of it, many reads in one call', atOnce.toFixed(0), '', rounded(1e9 / atOnce)],
    ],
  );
}

/** @param last index of the last stage that is done */
function runUpTo(last: number, path: string): void {
  const kernel = Kernel.load();
  const source = new PlainRange(path, 0, Number.POSITIVE_INFINITY);
  if (last === 0) {
    const block = kernel.allocate(BLOCK_BYTES);
    while (source.read(kernel.memory, block, BLOCK_BYTES) > 0);
    return;
  }
  const six = new SixFrames(kernel, CHUNK);
  const sink = last < 3 ? undefined : new FrameText(kernel, CHUNK, TEXT, last < 4 ? () => undefined : throughRing());
  const reader = new FastaReader(new InputSpace(kernel, CHUNK), path, (index) => index + 1);
  reader.begin(source, { start: 'file', range: statSync(path).size });
  const take: TakeReads = (from, end, stop, letters, room) =>
    sink?.takeReads(from, end, stop, letters, room, 1) ?? { from, records: 0, lines: 0 };
  for (let record = reader.next(); record !== undefined; record = reader.next()) {
    if (last < 2) continue;
    const plan = new ChunkPlan(record.length, CHUNK);
    sink?.begin(record);
    for (let i = 0; i < plan.count; i += 1) {
      const start = plan.start(i);
      const length = plan.end(i) - start;
      const at = record.locate(start, start + length);
      six.translate(at, length);
      sink?.chunk(i, at, length, six);
    }
    sink?.end();
    if (last === AT_ONCE) reader.many(take);
  }
  sink?.finish();
}

const TEXT = { kind: 'text', frames: 'open', streams: ['nucleotide', 'protein'], compression: undefined } as const;

/** Both sides in this thread: what the ring costs beside the sleep of whoever is faster. */
function throughRing(): SendPiece {
  const memory = createRing(RING_BYTES);
  const producer = new RingProducer(memory);
  const consumer = new RingConsumer(memory);
  return (kind, bytes, start, end) => {
    if (!producer.tryWrite(kind, bytes, start, end)) throw new Error('the ring is full');
    consumer.poll();
    consumer.release();
  };
}
