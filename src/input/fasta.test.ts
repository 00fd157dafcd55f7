import { describe, expect, test } from 'bun:test';
import { latin1, readBlocks } from '../../test/helpers/fasta-text.ts';
import { FastaReader } from './fasta.ts';

const bytes = (text: string) => Buffer.from(text, 'latin1');
const read = (text: string) => readBlocks([bytes(text)]);

/** `id sequence` of each record. */
const brief = (text: string) => read(text).map((record) => `${record.id} ${latin1(record.sequence)}`);

describe('FastaReader', () => {
  test('gives number, name, line and length', () => {
    const records = read('\n>a one\nACGT\nAC\n\n>b\nTTT\n>\nGG');
    expect(records.map(({ number, id, line, length }) => [number, id, line, length])).toEqual([
      [1, 'a', 2, 6],
      [2, 'b', 6, 3],
      [3, 'unnamed_3', 8, 2],
    ]);
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
    ['\xef\xbb\xbf>a\nT', ['a T']],
    ['>a\nacgtACGTnN\n', ['a acgtACGTnN']],
    ['>a\nAUGuuC\n', ['a ATGttC']],
    ['>a\nAC\x00GT*\n', ['a AC\x00GT*']],
    ['>dup\nA\n>dup\nA\n', ['dup A', 'dup A']],
    ['>a\nACGTACGTA\nACGTA\nA\n', ['a ACGTACGTAACGTAA']],
  ])('%j', (text, expected) => {
    expect(brief(text)).toEqual(expected);
  });

  test('a file whose lines end with CR alone is refused, not read as one header', () => {
    for (const text of ['>a\rACGT\r>b\rACG\r', '>a one\rACGT', '>a\r\rT']) {
      expect(() => read(text)).toThrow(/carriage return alone.*tr /);
      expect(() => readBlocks([...bytes(text)].map((byte) => Uint8Array.of(byte)))).toThrow('carriage return alone');
    }
    expect(brief('>a\rb\nT')).toEqual(['a\\x0db T']);
  });

  test('counts bytes that are no nucleotide code, per record', () => {
    const records = read('>codes\nACGTURYSWKMBDHVN-.\nacgturyswkmbdhvn\n>foreign\nACXE*1?\x00\xc3\xa9\n>clean\nACGT\n');
    expect(records.map(({ nonIupac, hadUracil }) => [nonIupac, hadUracil])).toEqual([
      [0, true],
      [8, false],
      [0, false],
    ]);
  });

  test('every byte but blanks and U is taken over as it is', () => {
    const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const [record] = readBlocks([bytes('>a\n.'), all]);
    const kept = [...all].filter((byte) => ![0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x20].includes(byte));
    const expected = kept.map((byte) => (byte === 0x55 ? 0x54 : byte === 0x75 ? 0x74 : byte));
    expect([...record!.sequence]).toEqual([0x2e, ...expected]);
  });

  test.each([
    ['\n\nACGT\n', 'x.fa, line 3: this is not FASTA'],
    [' >a\nACGT\n', 'x.fa, line 1: this is not FASTA'],
    ['\n;comment\n>a\nACGT\n', 'x.fa, line 2: this is not FASTA'],
    ['@read1\nACGT\n+\nIIII\n', 'x.fa, line 1: this looks like FASTQ'],
  ])('refuses %j', (text, message) => {
    expect(() => readBlocks([bytes(text)], 'x.fa')).toThrow(message);
  });

  test('numbers go on from those of earlier inputs', () => {
    const reader = new FastaReader('x.fa', 41);
    reader.feed(bytes('>\nACGT\n'));
    expect(reader.next()).toBeUndefined();
    reader.end();
    expect(reader.next()).toMatchObject({ number: 42, id: 'unnamed_42' });
    expect(reader.next()).toBeUndefined();
    expect(reader.lastNumber).toBe(42);
  });

  test('a block must be drained before the next', () => {
    const reader = new FastaReader('x.fa');
    reader.feed(bytes('>a\nA\n>b\n'));
    reader.next();
    expect(() => reader.feed(bytes('C'))).toThrow('before the last one was drained');
  });
});
