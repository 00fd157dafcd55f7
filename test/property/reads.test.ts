/** Reads that the kernel takes many at once against the same records one by one: no byte and no count may differ. */

import { afterAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { RingConsumer } from '../../src/ring/consumer.ts';
import { createRing } from '../../src/ring/layout.ts';
import { RingProducer } from '../../src/ring/producer.ts';
import { JOB_FRAME, type JobReport, jsonBytes, jsonFrom, RESULT_FRAME } from '../../src/run/pool/job.ts';
import { JobLoop } from '../../src/run/pool/job-loop.ts';
import { Turn } from '../../src/run/pool/turn.ts';
import type { FrameTextOptions, TextStream } from '../../src/run/sinks/frame-text.ts';
import { rubble } from '../helpers/rubble.ts';

const folder = mkdtempSync(join(tmpdir(), 'virnucpro-reads-'));
afterAll(() => rmSync(folder, { recursive: true }));
const CHUNK = 60;
let files = 0;

interface Work {
  readonly text: Buffer;
  /** The text is cut in so many, anywhere. */
  readonly jobs: number;
  readonly minimumLength: number;
  readonly frames: FrameTextOptions['frames'];
}

interface Outcome {
  /** Every piece by its kind and its bytes, but those of the chunks. */
  readonly pieces: readonly string[];
  readonly reports: readonly Omit<JobReport, 'survey'>[];
}

/** Each job by a loop of its own in this thread, in turn: nobody waits, no ring is ever full. */
function outcomeOf({ text, jobs, minimumLength, frames }: Work, streams: readonly TextStream[]): Outcome {
  const name = join(folder, `reads-${files++}.fa`);
  writeFileSync(name, text);
  const sink: FrameTextOptions = { kind: 'text', frames, streams, compression: undefined };
  const turn = Turn.create();
  const outcome = { pieces: [] as string[], reports: [] as Omit<JobReport, 'survey'>[] };
  let before = 0;
  for (let number = 0; number < jobs; number++) {
    const piece = { kind: 'plain', from: cut(text, number, jobs), to: cut(text, number + 1, jobs) };
    if (piece.from === piece.to) continue;
    const [orders, results] = [createRing(1 << 16), createRing(16 << 20)];
    const feeder = new RingProducer(orders);
    feeder.tryWrite(JOB_FRAME.job, jsonBytes({ number, input: 0, name, format: 'fasta', piece }));
    feeder.close();
    turn.give(number, before);
    new JobLoop({ jobs: orders, results, turn: turn.memory, chunkSize: CHUNK, minimumLength, sink }).run();
    before += collect(new RingConsumer(results), outcome.pieces, outcome.reports);
  }
  return outcome;
}

function cut(text: Buffer, number: number, jobs: number): number {
  return Math.floor((text.length * number) / jobs);
}

/** @returns records of the job */
function collect(results: RingConsumer, pieces: string[], reports: Omit<JobReport, 'survey'>[]): number {
  let sum = 0;
  for (let frame = results.next(); frame !== undefined; frame = results.next()) {
    const { kind, memory, start, end } = frame;
    if (kind === RESULT_FRAME.done) {
      const { records, lines, counts, oddities, cut } = jsonFrom<JobReport>(memory, start, end);
      reports.push({ records, lines, counts, oddities, cut });
      sum += records;
    } else if (kind !== RESULT_FRAME.chunks) {
      pieces.push(`${kind} ${Buffer.from(memory.subarray(start, end)).toString('latin1')}`);
    }
    results.release();
  }
  return sum;
}

/** Where the chunk file is wanted too, records are taken one by one. */
function compare(work: Work, streams: readonly ('nucleotide' | 'protein')[]): Outcome {
  const taken = outcomeOf(work, streams);
  expect(taken).toEqual(outcomeOf(work, [...streams, 'chunks']));
  return taken;
}

const STREAMS = [['nucleotide', 'protein'], ['protein'], ['nucleotide']] as const;
const codon = fc.constantFrom('ATG', 'GCC', 'AAA', 'TTT', 'CGT', 'NNN', 'acg', 'AGC', 'TTA', 'AUG');
const read = fc
  .record({
    name: fc.stringMatching(/^[!-~]{1,40}$/),
    rest: fc.constantFrom('', ' of a sample', '\tx', ' > ', '\r'),
    letters: fc.array(codon, { maxLength: 24 }),
    skipped: fc.nat(2),
    width: fc.constantFrom(7, 60, 1000),
    lineEnd: fc.constantFrom('\n', '\r\n', '\n\n', ' \n'),
  })
  .map(({ name, rest, letters, skipped, width, lineEnd }) => {
    const sequence = letters.join('').slice(skipped);
    const lines = sequence.match(new RegExp(`.{1,${width}}`, 'g')) ?? [];
    return `>${name}${rest}\n${lines.map((line) => line + lineEnd).join('')}`;
  });
const text = fc
  .array(fc.oneof({ weight: 8, arbitrary: read }, { weight: 1, arbitrary: rubble('>') }), { maxLength: 12 })
  .map((parts) => Buffer.from(parts.join(''), 'latin1'));

test('of any text, cut anywhere', () => {
  let frames = 0;
  const work = fc.record({
    text,
    jobs: fc.integer({ min: 1, max: 4 }),
    minimumLength: fc.constantFrom(0, 1, 20),
    frames: fc.constantFrom('open' as const, 'all' as const),
  });
  fc.assert(
    fc.property(work, fc.constantFrom(...STREAMS), (given, streams) => {
      const { reports } = compare(given, streams);
      for (const { counts } of reports) frames += counts.frames;
    }),
    { numRuns: 100 },
  );
  expect(frames).toBeGreaterThan(100);
});

test.each(['open', 'all'] as const)('pieces end at the same entries, with %s frames', (frames) => {
  const lines: string[] = [];
  for (let i = 0; i < 20_000; i++) lines.push(`>read_${i} of many\n${'ATGGCCAAAC'.repeat(i % 7)}\n`);
  const work = { text: Buffer.from(lines.join('')), jobs: 1, minimumLength: 0, frames };
  const { pieces, reports } = compare(work, ['nucleotide', 'protein']);
  expect(pieces.length).toBeGreaterThan(4);
  expect(reports.map(({ records }) => records)).toEqual([20_000]);
});
