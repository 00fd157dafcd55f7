/** What holds for FASTA however it is laid out, and for the store of its bases. */

import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { BaseStore } from '../../src/input/bases.ts';
import { type PlainRecord, readBlocks, wrap } from '../helpers/fasta-text.ts';

const latin1Bytes = (text: string) => Buffer.from(text, 'latin1');

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

/** Blocks that end where the numbers say, as often as the bytes last. */
function* cut(bytes: Uint8Array, lengths: readonly number[]): Generator<Uint8Array> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const length = lengths[i % lengths.length]!;
    yield bytes.subarray(at, at + length);
    at += length;
  }
}

test('records come out as they went in', () => {
  fc.assert(
    fc.property(records, (all) => {
      const read = readBlocks([latin1Bytes(layOut(all, 1000))]);
      expect(read.map(({ sequence }) => Buffer.from(sequence).toString('latin1'))).toEqual(
        all.map(({ sequence }) => sequence.replaceAll('U', 'T').replaceAll('u', 't')),
      );
      expect(read.map(({ number }) => number)).toEqual(all.map((_, i) => i + 1));
      expect(read.map(({ hadUracil }) => hadUracil)).toEqual(all.map(({ sequence }) => /u/i.test(sequence)));
      expect(read.map(({ nonIupac }) => nonIupac)).toEqual(
        all.map(({ sequence }) => [...sequence].filter((letter) => !'ACGTNRU-'.includes(letter.toUpperCase())).length),
      );
    }),
  );
});

test('wrapped at any width reads as unwrapped', () => {
  fc.assert(
    fc.property(records.map(withoutGreater), fc.integer({ min: 1, max: 61 }), (all, columns) => {
      const wrapped = readBlocks([latin1Bytes(layOut(all, columns))]);
      expect(withoutLines(wrapped)).toEqual(withoutLines(readBlocks([latin1Bytes(layOut(all, 1000))])));
    }),
  );
});

test('CRLF reads as LF', () => {
  fc.assert(
    fc.property(records.map(withoutGreater), fc.integer({ min: 1, max: 61 }), (all, columns) => {
      const crlf = readBlocks([latin1Bytes(layOut(all, columns, '\r\n'))]);
      expect(crlf).toEqual(readBlocks([latin1Bytes(layOut(all, columns))]));
    }),
  );
});

test('any cut into blocks gives the same records', () => {
  const blockLengths = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(records, fc.constantFrom('\n', '\r\n'), blockLengths, (all, lineEnd, lengths) => {
      const bytes = latin1Bytes(`\xef\xbb\xbf${layOut(all, 13, lineEnd)}`); // with a byte order mark
      const whole = readBlocks([bytes]);
      expect(readBlocks(cut(bytes, lengths))).toEqual(whole);
      expect(readBlocks(cut(bytes, [1]))).toEqual(whole);
    }),
  );
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
