/** What holds for FASTA and FASTQ however they are laid out and cut, and for the store of their bases. */

import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { BaseStore } from '../../src/input/bases.ts';
import type { SequenceFormat } from '../../src/input/format.ts';
import { INPUT_SIZES, type InputSizes } from '../../src/input/input-space.ts';
import { lastRecordStart } from '../../src/input/last-record.ts';
import { Kernel } from '../../src/kernel/kernel.ts';
import { latin1, wrap } from '../helpers/fasta-text.ts';
import { BytesSource, makeReader, type PlainRecord, type Reading } from '../helpers/jobs.ts';
import { PlainKernel } from '../helpers/plain-kernel.ts';
import { type LineRecord, recordsByLine } from '../helpers/record-lines.ts';
import { rubble } from '../helpers/rubble.ts';

const MARK_AT_HEAD = /^\xef\xbb\xbf/;
const BLOCKS = [1, 2, 3, 7, 64, 4096];
/** So small that records pass over every edge. */
const SMALL: Partial<InputSizes> = { window: 16, region: 16, long: 64 };
const latin1Bytes = (text: string) => Buffer.from(text, 'latin1');

const kernel = Kernel.load();
const readersOf = (format: SequenceFormat) =>
  [new PlainKernel(), kernel].flatMap((each) =>
    [INPUT_SIZES, SMALL].map((sizes) => makeReader(each, format, { sizes, longestChunk: 30 })),
  );
const readers = { fasta: readersOf('fasta'), fastq: readersOf('fastq') };
const read = (text: string): Reading => readers.fasta[3]!.whole(latin1Bytes(text));

const records = fc.array(
  fc.record({
    header: fc.string({ unit: fc.constantFrom(...'ab1>|\t \u00e9\u001b'), maxLength: 12 }),
    sequence: fc
      .string({ unit: fc.constantFrom(...'ACGTacgtNRuU*-\u0000>@'), maxLength: 90 })
      .map((s) => s.replace(/^>/, 'A')),
  }),
  { maxLength: 6 },
);
type Laid = { header: string; sequence: string }[];

function layOut(all: Laid, columns: number, lineEnd = '\n'): string {
  return all
    .map(({ header, sequence }) => `>${header}\n${wrap(sequence, columns)}`)
    .join('')
    .replaceAll('\n', lineEnd);
}

/** Wrapped, a `>` could come to the head of a line and begin a record. */
const withoutGreater = (all: Laid): Laid =>
  all.map(({ header, sequence }) => ({ header, sequence: sequence.replaceAll('>', 'A') }));

const withoutLines = (all: PlainRecord[]) => all.map(({ line: _, ...rest }) => rest);

describe('FASTA', () => {
  test('records come out as they went in', () => {
    fc.assert(
      fc.property(records, (all) => {
        const { records: out } = read(layOut(all, 1000));
        expect(out.map(({ sequence }) => latin1(sequence))).toEqual(
          all.map(({ sequence }) => sequence.replaceAll('U', 'T').replaceAll('u', 't')),
        );
        expect(out.map(({ number }) => number)).toEqual(all.map((_, i) => i + 1));
        expect(out.map(({ hadUracil }) => hadUracil)).toEqual(all.map(({ sequence }) => /u/i.test(sequence)));
        expect(out.map(({ foreign }) => foreign)).toEqual(
          all.map(({ sequence }) => [...sequence].filter((l) => !'ACGTNRU-'.includes(l.toUpperCase())).length),
        );
      }),
    );
  });

  test('wrapped at any width reads as unwrapped', () => {
    fc.assert(
      fc.property(records.map(withoutGreater), fc.integer({ min: 1, max: 61 }), (all, columns) => {
        expect(withoutLines(read(layOut(all, columns)).records)).toEqual(withoutLines(read(layOut(all, 1000)).records));
      }),
    );
  });

  test('CRLF reads as LF', () => {
    fc.assert(
      fc.property(records.map(withoutGreater), fc.integer({ min: 1, max: 61 }), (all, columns) => {
        expect(read(layOut(all, columns, '\r\n'))).toEqual(read(layOut(all, columns)));
      }),
    );
  });
});

const offsetsOf = (text: string, numbers: readonly number[]) =>
  numbers.map((number) => number % (text.length + 1)).toSorted((a, b) => a - b);

describe.each(['fasta', 'fastq'] as const)('%s of any kind', (format) => {
  const texts = rubble(format === 'fasta' ? '>' : '@');

  test('reads as it does line by line, and no line with text is lost', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const { records: out, lines } = readers[format][3]!.whole(latin1Bytes(text));
        const expected = recordsByLine(text, format);
        expect(
          out.map(({ id, line, sequence, problem }) => ({
            id,
            line,
            sequence: problem ? undefined : latin1(sequence),
          })),
        ).toEqual(
          expected.map(({ name, line, sequence }, i) => ({
            id: name === '' ? `unnamed_${i + 1}` : name,
            line,
            sequence,
          })),
        );
        const textLines = expected.reduce((sum: number, record: LineRecord) => sum + record.textLines, 0);
        const unmarked = text.replace(MARK_AT_HEAD, '');
        expect(textLines).toBe(unmarked.split('\n').filter((line) => !/^[ \t\r]*$/.test(line)).length);
        expect(lines).toBe(text.split('\n').length - (text.endsWith('\n') || text === '' ? 1 : 0));
      }),
      { numRuns: 1000 },
    );
  });

  test('any cut into jobs and blocks, any window and either kernel give the same', () => {
    const cuts = fc.array(fc.nat(), { maxLength: 6 });
    fc.assert(
      fc.property(texts, cuts, fc.constantFrom(...BLOCKS), (text, numbers, blockLength) => {
        const bytes = latin1Bytes(text);
        const whole = readers[format][0]!.whole(bytes);
        for (const reader of readers[format]) {
          expect(reader.whole(bytes, blockLength)).toEqual(whole);
          expect(reader.inJobs(bytes, offsetsOf(text, numbers), blockLength)).toEqual(whole);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('a job of every byte gives the same', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const bytes = latin1Bytes(text);
        const everywhere = Array.from(bytes, (_, offset) => offset);
        const [reader] = readers[format];
        expect(reader!.inJobs(bytes, everywhere, 7)).toEqual(reader!.whole(bytes));
      }),
    );
  });

  test('bytes that end where a record begins are a job of their own', () => {
    fc.assert(
      fc.property(texts, fc.nat(), (text, number) => {
        const bytes = latin1Bytes(text);
        const reader = readers[format][1]!;
        const whole = reader.whole(bytes);
        const starts = recordsByLine(text, format).filter(({ sequence }) => sequence !== undefined);
        const { line } = starts[number % Math.max(1, starts.length)] ?? { line: 0 };
        const offset = text
          .split('\n')
          .slice(0, line)
          .reduce((sum, each) => sum + each.length + 1, 0);
        if (offset === 0) return;
        const head = new BytesSource(bytes.subarray(0, offset), 5, undefined, true);
        const first = reader.read(head, { start: 'file', range: offset });
        const tail = new BytesSource(bytes.subarray(offset), 5);
        const both = reader.read(tail, { start: 'record', range: bytes.length - offset }, first);
        expect(both).toEqual(whole);
      }),
      { numRuns: 500 },
    );
  });

  test('a cut before the last record of what is at hand is such an end', () => {
    fc.assert(
      fc.property(texts, fc.nat(), (text, number) => {
        const bytes = latin1Bytes(text);
        const reader = readers[format][1]!;
        const [here] = offsetsOf(text, [number]);
        const offset = lastRecordStart(format, bytes, 0, here!);
        if (offset < 0) return;
        expect(offset).toBeLessThan(here!);
        const head = new BytesSource(bytes.subarray(0, offset), 7, undefined, true);
        const first = reader.read(head, { start: 'file', range: Number.POSITIVE_INFINITY });
        const tail = new BytesSource(bytes.subarray(offset));
        expect(reader.read(tail, { start: 'record', range: Number.POSITIVE_INFINITY }, first)).toEqual(
          reader.whole(bytes),
        );
      }),
      { numRuns: 500 },
    );
  });

  test('any bytes are read or refused, and jobs give the same as long as none is refused', () => {
    const bytes = fc.array(fc.constantFrom(...'\n\n@>+ACGTI\r \x00\xef\xbb\xbf'.split('')), { maxLength: 60 });
    fc.assert(
      fc.property(bytes, fc.array(fc.nat(), { maxLength: 4 }), (letters, numbers) => {
        const text = letters.join('');
        const outcome = (reading: () => Reading) => {
          try {
            return reading();
          } catch (error) {
            return String(error);
          }
        };
        const [reader] = readers[format];
        const whole = outcome(() => reader!.whole(latin1Bytes(text)));
        expect(outcome(() => readers[format][3]!.whole(latin1Bytes(text), 1))).toEqual(whole);
        expect(outcome(() => reader!.inJobs(latin1Bytes(text), offsetsOf(text, numbers)))).toEqual(whole);
      }),
      { numRuns: 1000 },
    );
  });
});

test('a BaseStore is an array of its bytes', () => {
  const pieces = fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 12 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), pieces, pieces, fc.nat(), fc.nat(), (segment, before, all, a, b) => {
      const store = new BaseStore(segment);
      for (const piece of before) store.append(piece, 0, piece.length);
      store.clear();
      const plain: number[] = [];
      for (const piece of all) {
        const from = Math.min(2, piece.length);
        store.append(piece, from, piece.length);
        plain.push(...piece.subarray(from));
      }
      expect(store.length).toBe(plain.length);
      const [start, end] = [a % (plain.length + 1), b % (plain.length + 1)].sort((x, y) => x - y) as [number, number];
      const copied = new Uint8Array(end - start);
      store.copy(start, end, copied);
      expect([...copied]).toEqual(plain.slice(start, end));
      const view = store.view(start, end);
      const within = Math.floor(start / segment) === Math.floor((end - 1) / segment);
      if (end > start) expect(view !== undefined).toBe(within);
      if (view !== undefined) expect([...view]).toEqual(plain.slice(start, end));
    }),
  );
});
