import { beforeAll, describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { bytesOf } from '../../../test/helpers/containers.ts';
import { collector, driveSink, plainFrames } from '../../../test/helpers/drive-sink.ts';
import { fixture } from '../../../test/helpers/fixtures.ts';
import type { SequenceRecord } from '../../input/record.ts';
import { Kernel } from '../../kernel/kernel.ts';
import { ChunkPlan } from '../../sequence/chunk.ts';
import { FRAME_SUFFIXES } from '../../sequence/frames.ts';
import { NucleotideTokenizer } from '../../tokens/nucleotide.ts';
import { encodeProtein } from '../../tokens/residues.ts';
import { RESULT_FRAME } from '../pool/job.ts';
import { RowStream, RowStreamReader } from './row-stream.ts';

let tokenizer: NucleotideTokenizer;
beforeAll(async () => {
  const path = fixture('dnaberts', 'hf_safetensors', 'tokenizer.json');
  tokenizer = NucleotideTokenizer.parse(await Bun.file(path).json(), path);
});

type Entry =
  | { record: string; length: number; valid: boolean; end: number }
  | { chunk: number }
  | { nucleotide: number[]; protein: number[] };

/** All entries of all pieces; each piece lies at an odd place of 2 bytes in a larger memory, as in a ring. */
function entriesOf(pieces: readonly { kind: number; bytes: Uint8Array }[]): Entry[] {
  const entries: Entry[] = [];
  const reader = new RowStreamReader();
  for (const { kind, bytes } of pieces) {
    expect(kind).toBe(RESULT_FRAME.rows);
    const memory = new Uint8Array(bytes.length + 64).fill(0xff);
    memory.set(bytes, 6);
    reader.open(memory, 6, 6 + bytes.length);
    const handler = {
      record: (record: string, length: number, valid: boolean, end: number) =>
        entries.push({ record, length, valid, end }),
      chunk: (chunk: number) => entries.push({ chunk }),
      frame: (words: Uint16Array, nucleotide: number, protein: number, end: number) =>
        entries.push({
          nucleotide: [...words.subarray(nucleotide, protein)],
          protein: [...words.subarray(protein, end)],
        }),
    };
    while (reader.next(handler));
  }
  return entries;
}

/** What a record must give, by the plainest way. */
function expected({ id, sequence }: { id: string; sequence: string }, length: number, end: number): Entry[] {
  const plan = new ChunkPlan(sequence.length, length);
  const entries: Entry[] = [{ record: id, length: sequence.length, valid: true, end }];
  for (let i = 0; i < plan.count; i++) {
    const frames = plainFrames(sequence.slice(plan.start(i), plan.end(i))).filter(({ open }) => open);
    entries.push({
      chunk: frames.reduce((mask, { suffix }) => mask | (1 << FRAME_SUFFIXES.indexOf(suffix)), 0),
    });
    for (const { nucleotide, protein } of frames) {
      const out = new Uint16Array(1000 + 2 * nucleotide.length);
      const tokens = tokenizer.encode(bytesOf(nucleotide), 0, nucleotide.length, out, 0);
      const row = [...out.subarray(0, tokens)];
      const residues = encodeProtein(bytesOf(protein), 0, protein.length, out, 0);
      entries.push({ nucleotide: row, protein: [...out.subarray(0, residues)] });
    }
  }
  return entries;
}

const layOut = (records: readonly { id: string; sequence: string }[]) =>
  bytesOf(records.map(({ id, sequence }) => `>${id}\n${sequence}\n`).join(''));

/** Each record ends where the next one begins, whatever the jobs. */
function expectedOfAll(records: readonly { id: string; sequence: string }[], length: number): Entry[] {
  return records.flatMap((one, i) => expected(one, length, layOut(records.slice(0, i + 1)).length));
}

function run(records: readonly { id: string; sequence: string }[], length: number, cuts: readonly number[] = []) {
  const kernel = Kernel.load();
  const { pieces, send } = collector();
  const sink = new RowStream(kernel, length, tokenizer, send);
  for (const report of driveSink(kernel, sink, layOut(records), { length, cuts })) expect(report).toBeUndefined();
  return pieces;
}

describe('RowStream and its reader', () => {
  const record = fc.record({
    id: fc.string({ unit: fc.constantFrom(...'ab_é€'), minLength: 1, maxLength: 9 }),
    sequence: fc.string({ unit: fc.constantFrom(...'ACGTCGacgtN-'), maxLength: 200 }),
  });

  test('records, chunks and rows come out as they went in, in any jobs', () => {
    const numbers = fc.array(fc.nat(1000), { maxLength: 4 }).map((all) => all.sort((a, b) => a - b));
    fc.assert(
      fc.property(fc.array(record, { maxLength: 6 }), fc.integer({ min: 1, max: 70 }), numbers, (all, length, cuts) => {
        expect(entriesOf(run(all, length, cuts))).toEqual(expectedOfAll(all, length));
      }),
      { numRuns: 50 },
    );
  });

  test('more than a piece holds: pieces of whole entries', () => {
    const records = [
      { id: 'long', sequence: 'GCA'.repeat(60_000) },
      ...Array.from({ length: 9 }, (_, i) => ({ id: `r${i}`, sequence: 'ACG' })),
    ];
    const pieces = run(records, 300);
    expect(pieces.length).toBeGreaterThan(2);
    // Memory is bounded by a piece and one chunk.
    for (const { bytes } of pieces) expect(bytes.length).toBeLessThan(2 * (1 << 17) + 2 * 6 * 800);
    expect(entriesOf(pieces)).toEqual(expectedOfAll(records, 300));
  });

  const fake = (id: string, length: number): SequenceRecord => {
    const idBytes = Buffer.concat([bytesOf(id), bytesOf('behind the id')]);
    return {
      ...{ index: 0, line: 0, idBytes, idLength: Buffer.byteLength(id), length, foreign: 0, hadUracil: false },
      ...{ problem: undefined, locate: () => 0 },
    };
  };

  test('lengths beyond 32 bits, ids of any length, records that could not be read', () => {
    const { pieces, send } = collector();
    const sink = new RowStream(Kernel.load(), 3, tokenizer, send);
    const all = [
      ...[2 ** 31, 2 ** 32 + 1, 2 ** 52, 0].map((length) => ({ record: 'a', length, valid: true, end: length + 1 })),
      ...[1, 2, 3, 262_143, 262_144, 700_001, 5, 262_100].map((size) => ({
        record: 'x'.repeat(size),
        length: 1,
        valid: true,
        end: 2 ** 40 + size,
      })),
      { record: 'bad', length: 0, valid: false, end: 9 },
      { record: 'good', length: 7, valid: true, end: 10 },
    ];
    for (const { record: id, length, valid, end } of all) {
      if (valid) sink.begin(fake(id, length), end);
      else sink.invalid(fake(id, length), end);
    }
    sink.finish();
    expect(entriesOf(pieces)).toEqual(all);
  });

  test('nothing gives no piece, and a job leaves nothing to the next', () => {
    const { pieces, send } = collector();
    const sink = new RowStream(Kernel.load(), 3, tokenizer, send);
    sink.finish();
    expect(pieces).toEqual([]);
    sink.begin(fake('a', 1), 1);
    sink.finish();
    sink.finish();
    expect(pieces).toHaveLength(1);
  });

  test('a piece that is none is a bug', () => {
    const reader = new RowStreamReader();
    reader.open(Uint8Array.of(9, 0, 0, 0), 0, 4);
    const ignore = () => undefined;
    expect(() => reader.next({ record: ignore, chunk: ignore, frame: ignore })).toThrow('unknown kind 9');
  });
});
