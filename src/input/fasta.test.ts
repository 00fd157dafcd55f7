import { describe, expect, test } from 'bun:test';
import { latin1, readFasta } from '../../test/helpers/fasta-text.ts';
import { BytesSource, makeReader } from '../../test/helpers/jobs.ts';
import { PlainKernel } from '../../test/helpers/plain-kernel.ts';
import { Kernel } from '../kernel/kernel.ts';
import type { ByteSource } from './record.ts';

const MARK = '\xef\xbb\xbf';
const bytes = (text: string) => Buffer.from(text, 'latin1');
const kernels = { plain: new PlainKernel(), real: Kernel.load() };
const readers = { plain: makeReader(kernels.plain, 'fasta'), real: makeReader(kernels.real, 'fasta') };
const CUTS = [Number.POSITIVE_INFINITY, 1, 2, 3, 7];

function read(text: string, cut?: string) {
  const reading = readers.real.whole(bytes(text), undefined, cut);
  for (const blockLength of CUTS) {
    expect(readers.real.whole(bytes(text), blockLength, cut)).toEqual(reading);
    expect(readers.plain.whole(bytes(text), blockLength, cut)).toEqual(reading);
  }
  return reading;
}

/** `id sequence` of each record. */
const brief = (text: string) => read(text).records.map((record) => `${record.id} ${latin1(record.sequence)}`);

describe('FastaReader', () => {
  test('gives number, name, line and length, and counts lines', () => {
    const { records, lines } = read('\n>a one\nACGT\nAC\n\n>b\nTTT\n>\nGG');
    expect(records.map(({ number, id, line, length }) => [number, id, line, length])).toEqual([
      [1, 'a', 1, 6],
      [2, 'b', 5, 3],
      [3, 'unnamed_3', 7, 2],
    ]);
    expect(lines).toBe(9);
    for (const [text, count] of [
      ['', 0],
      ['\n', 1],
      [' ', 1],
      ['>', 1],
      ['>\n', 1],
      ['>\nA', 2],
      ['>\nA\n\n', 3],
    ] as const) {
      expect(read(text).lines).toBe(count);
    }
  });

  test.each<[string, string[]]>([
    ['', []],
    ['\n \t\r\n\n', []],
    ['>a', ['a ']],
    ['>', ['unnamed_1 ']],
    ['>\n>b\n>', ['unnamed_1 ', 'b ', 'unnamed_3 ']],
    ['>a\r', ['a ']],
    ['>a\r\nAC\r\nGT\r\n>b\r\nT', ['a ACGT', 'b T']],
    ['>a\nAC GT\tA\rC\x0bG\x0cT\n', ['a ACGTACGT']],
    ['>a\nAC>GT\n', ['a AC>GT']],
    ['>a\nACGT\n >b\nT', ['a ACGT>bT']],
    ['>a >b\nT', ['a T']],
    [`${MARK}>a\nT`, ['a T']],
    [`${MARK}\n\n>a\nT`, ['a T']],
    ['>a\nacgtACGTnN\n', ['a acgtACGTnN']],
    ['>a\nAUGuuC\n', ['a ATGttC']],
    ['>a\nAC\x00GT*\n', ['a AC\x00GT*']],
    ['>dup\nA\n>dup\nA\n', ['dup A', 'dup A']],
    ['>a\nACGTACGTA\nACGTA\nA\n', ['a ACGTACGTAACGTAA']],
    // Marked files, joined.
    [`${MARK}>a\nAC\n${MARK}>b\nGT\n${MARK}>c`, ['a AC', 'b GT', 'c ']],
    [`>a\n${MARK}>b\n`, ['a ', 'b ']],
    [`\n${MARK}>a\nT`, ['a T']],
    [`>a\nAC${MARK}>b\n`, [`a AC${MARK}>b`]],
    [`>a\n${MARK}\n>b\n`, [`a ${MARK}`, 'b ']],
    [`>a\n\xef\xbb>b\n\xef>${MARK}`, [`a \xef\xbb>b\xef>${MARK}`]],
  ])('%j', (text, expected) => {
    expect(brief(text)).toEqual(expected);
  });

  test('a file whose lines end with CR alone is refused, not read as one header', () => {
    for (const text of ['>a\rACGT\r>b\rACG\r', '>a one\rACGT', '>a\r\rT', `${MARK}>a\rT`]) {
      for (const blockLength of CUTS) {
        expect(() => readers.real.whole(bytes(text), blockLength)).toThrow(/carriage return alone.*tr /);
      }
    }
    expect(brief('>a\rb\nT')).toEqual(['a\\x0db T']);
  });

  test('counts bytes that are no nucleotide code, per record', () => {
    const { records } = read(
      '>codes\nACGTURYSWKMBDHVN-.\nacgturyswkmbdhvn\n>foreign\nACXE*1?\x00\xc3\xa9\n>clean\nACGT\n',
    );
    expect(records.map(({ foreign, hadUracil }) => [foreign, hadUracil])).toEqual([
      [0, true],
      [8, false],
      [0, false],
    ]);
  });

  test('every byte but blanks and U is taken over as it is', () => {
    const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const [record] = read(`>a\n.${latin1(all)}`).records;
    const kept = [...all].filter((byte) => ![0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x20].includes(byte));
    const expected = kept.map((byte) => (byte === 0x55 ? 0x54 : byte === 0x75 ? 0x74 : byte));
    expect([...record!.sequence]).toEqual([0x2e, ...expected]);
  });

  test.each([
    ['\n\nACGT\n', 'x.fa, line 3: this is not FASTA or FASTQ'],
    [' >a\nACGT\n', 'x.fa, line 1: this is not FASTA or FASTQ'],
    ['\n;comment\n>a\nACGT\n', 'x.fa, line 2: this is not FASTA or FASTQ'],
    [`\n${MARK}\n>a\nACGT\n`, 'x.fa, line 2: this is not FASTA or FASTQ'],
  ])('refuses %j', (text, message) => {
    expect(() => readFasta(bytes(text), 'x.fa')).toThrow(message);
  });

  test('a record that the end of a cut file leaves open is given as a problem', () => {
    const sentence = 'the file ends in the middle of this record';
    const { records } = read('>a\nAC\n>b one\nACGT*U\nAC', 'truncated');
    expect(records.map(({ id, line, length, problem }) => [id, line, length, problem])).toEqual([
      ['a', 0, 2, undefined],
      ['b', 2, 0, { line: 4, sentence }],
    ]);
    expect(records[1]).toMatchObject({ foreign: 0, hadUracil: false });
    expect(read('>a\nAC\n', 'truncated').records[0]!.problem).toEqual({ line: 1, sentence });
    expect(read('>a', 'truncated').records[0]!.problem).toEqual({ line: 0, sentence });
    expect(read('\n', 'truncated').records).toEqual([]);
  });

  test('a job gives the records that begin in its range, read from the byte before', () => {
    const text = '>a\nACGT\nAC\n>b\nGT\n\n>c\nT\n';
    const job = (start: number, range: number) => {
      const source = new BytesSource(bytes(text).subarray(start - 1), 3);
      const { records, lines } = readers.real.read(source, { start: 'anywhere', range });
      return [records.map(({ id, line }) => `${id} ${line}`), lines];
    };
    expect(job(1, 10)).toEqual([[], 0]);
    expect(job(1, 11)).toEqual([['b 0'], 3]);
    expect(job(11, 1)).toEqual([['b 0'], 3]);
    expect(job(12, 6)).toEqual([[], 0]);
    expect(job(12, 7)).toEqual([['c 0'], 2]);
    expect(job(5, 50)).toEqual([['b 0', 'c 3'], 5]);
    const source = new BytesSource(bytes(text).subarray(11));
    expect(readers.real.read(source, { start: 'record', range: 7 })).toMatchObject({
      records: [{ id: 'b' }],
      lines: 3,
    });
    expect(() => readers.real.read(new BytesSource(bytes('A>')), { start: 'record', range: 1 })).toThrow('was said');
  });

  test('a job in the middle of a long record reads no further than its range', () => {
    const source = new BytesSource(bytes(`>a\n${'ACGT\n'.repeat(1000)}`), 10);
    let given = 0;
    const spied: ByteSource = {
      cut: undefined,
      read: (memory, to, max) => {
        const length = source.read(memory, to, max);
        given += length;
        return length;
      },
    };
    expect(readers.real.read(spied, { start: 'anywhere', range: 100 })).toEqual({ records: [], lines: 0 });
    expect(given).toBe(110);
  });

  test('long records lie in the store, and are announced before they become longer', () => {
    const calls: number[] = [];
    const source = new BytesSource(bytes(`>a\n${'ACGTN'.repeat(400)}\n>b\nACGT\n>c\n${'GATTACA\n'.repeat(20)}`), 100);
    let given = 0;
    const spied = {
      cut: undefined,
      read(memory: Uint8Array, to: number, max: number) {
        const length = source.read(memory, to, max);
        given += length;
        return length;
      },
    };
    const sizes = { window: 128, region: 64, long: 256 };
    const reader = makeReader(kernels.real, 'fasta', { longestChunk: 70, sizes, beforeLong: () => calls.push(given) });
    const { records } = reader.read(spied, { start: 'file', range: Number.POSITIVE_INFINITY });
    expect(records.map(({ sequence }) => latin1(sequence))).toEqual([
      'ACGTN'.repeat(400),
      'ACGT',
      'GATTACA'.repeat(20),
    ]);
    expect(calls).toEqual([300]);
  });
});
