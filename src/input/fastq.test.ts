import { describe, expect, test } from 'bun:test';
import { latin1 } from '../../test/helpers/fasta-text.ts';
import { BytesSource, makeReader } from '../../test/helpers/jobs.ts';
import { PlainKernel } from '../../test/helpers/plain-kernel.ts';
import { Kernel } from '../kernel/kernel.ts';

const MARK = '\xef\xbb\xbf';
const ENDS = 'the file ends in the middle of this record';
const bytes = (text: string) => Buffer.from(text, 'latin1');
const kernels = { plain: new PlainKernel(), real: Kernel.load() };
const readers = {
  plain: makeReader(kernels.plain, 'fastq', { file: 'x.fq' }),
  real: makeReader(kernels.real, 'fastq', { file: 'x.fq' }),
};
const CUTS = [Number.POSITIVE_INFINITY, 1, 2, 3, 7];

function read(text: string, cut?: string) {
  const reading = readers.real.whole(bytes(text), undefined, cut);
  for (const blockLength of CUTS) {
    expect(readers.real.whole(bytes(text), blockLength, cut)).toEqual(reading);
    expect(readers.plain.whole(bytes(text), blockLength, cut)).toEqual(reading);
  }
  return reading;
}

/** `id sequence` of each record, or its name and what is wrong at which line, from 1. */
function brief(text: string, cut?: string): string[] {
  return read(text, cut).records.map(({ id, sequence, problem }) =>
    problem === undefined ? `${id} ${latin1(sequence)}` : `${id}! ${problem.line + 1}: ${problem.sentence}`,
  );
}

describe('FastqReader', () => {
  test('gives number, name, line and length, and counts lines', () => {
    const { records, lines } = read('\n@a one\nACGT\n+\nIIII\n\n@b\nTTu*\n+b\n!!~~\n@\nGG\n+\nII');
    expect(
      records.map(({ number, id, line, length, foreign, hadUracil }) => [
        ...[number, id, line],
        ...[length, foreign, hadUracil],
      ]),
    ).toEqual([
      [1, 'a', 1, 4, 0, false],
      [2, 'b', 6, 4, 1, true],
      [3, 'unnamed_3', 10, 2, 0, false],
    ]);
    expect(lines).toBe(14);
  });

  test.each<[string, string[]]>([
    ['', []],
    ['\n \t\r\n\n', []],
    ['@a\nacgU\n+\nIIII\n', ['a acgT']],
    ['@a\r\nACGT\r\n+\r\nIIII\r\n@b\r\nG\r\n+\r\nI', ['a ACGT', 'b G']],
    ['@a\r\nACGT\r\n+\r\nIIII\r', ['a ACGT']],
    [`${MARK}@a\nT\n+\nI\n${MARK}@b\nG\n+\nI\n`, ['a T', 'b G']],
    [`${MARK}\n\n@a\nT\n+\nI\n`, ['a T']],
    // Signs at the heads of qualities, and in the middle of all.
    ['@a\nACGT\n+\n@III\n@b\nAC\n+\n+I\n@c\nA@\n+@\n>I\n', ['a ACGT', 'b AC', 'c A@']],
    ['@a\nA\n+\n@\n@b\nA\n+\n@\n@c\nA\n+\n@\n', ['a A', 'b A', 'c A']],
    // Without a base.
    ['@a\n\n+\n\n@b\n\n+\n\n', ['a ', 'b ']],
    ['@a\r\n\r\n+\r\n\r\n\r\n@b\n\n+\n', ['a ', 'b ']],
    ['@a\nA C\n+\nI! \n', ['a AC']],
  ])('%j', (text, expected) => {
    expect(brief(text)).toEqual(expected);
  });

  test.each<[string, string[]]>([
    [
      '@a\nACGT\n+\nIIII\n@b\nACGT\n+\nII\n@c\nACGT\n+\nIIII\n',
      ['a ACGT', 'b! 8: the quality has 2 letters for 4 bases', 'c ACGT'],
    ],
    ['@a\nA\n+\nIII\n@b\nC\n+\nI\n', ['a! 4: the quality has 3 letters for 1 base', 'b C']],
    ['@a\nAC\n+\n\n@b\nC\n+\nI\n', ['a! 4: the quality has 0 letters for 2 bases', 'b C']],
    ['@a\n\n+\nI\n', ['a! 4: the quality has 1 letter for 0 bases']],
    [
      '@a\nAC\n+\nII\nGG\nTT\n\n>x\n@b\nC\n+\nI\n',
      ['a AC', 'unnamed_2! 5: this text belongs to no record: no line before it begins with @', 'b C'],
    ],
    ['@a\nAC\n@b\nC\n+\nI\n', ['a! 2: its line with + and its quality are missing', 'b C']],
    ['@a\n@b\nC\n+\nI\n', ['a! 1: its sequence, its line with + and its quality are missing', 'b C']],
    ['@a\n+\nII\n@b\nC\n+\nI\n', ['a! 2: its sequence is missing: the line behind the name begins with +', 'b C']],
    [
      '@a\nAC\n+\n@b\nC\n+\nI\n',
      ['a! 3: its quality is missing: the line behind + is the name of another record', 'b C'],
    ],
    [
      '@a\nAC\nGT\n+\nIIII\n@b\nC\n+\nI\n',
      ['a! 3: its third line does not begin with +; a FASTQ record has four lines: @name, sequence, +, quality', 'b C'],
    ],
    ['@a\nACGT\n+\nII\nII\n@b\nC\n+\nI\n', ['a! 4: the quality has 2 letters for 4 bases', 'b C']],
  ])('%j', (text, expected) => {
    expect(brief(text)).toEqual(expected);
    expect(read(text).records.every(({ problem, length, sequence }) => !problem || (!length && !sequence.length))).toBe(
      true,
    );
  });

  test.each<[string, string[]]>([
    ['@a\nAC\n+\nII', ['a AC']],
    ['@a\nAC\n+\nI', [`a! 4: ${ENDS}`]],
    ['@a\nAC\n+\n', [`a! 3: ${ENDS}`]],
    ['@a\nAC\n+', [`a! 3: ${ENDS}`]],
    ['@a\nAC\n', [`a! 2: ${ENDS}`]],
    ['@a\nAC', [`a! 2: ${ENDS}`]],
    ['@a\n', [`a! 1: ${ENDS}`]],
    ['@a', [`a! 1: ${ENDS}`]],
    ['@', [`unnamed_1! 1: ${ENDS}`]],
    ['@a\nAC\n+\nIII', ['a! 4: the quality has 3 letters for 2 bases']],
    ['@a\nAC\n+\nII\n\n', ['a AC']],
  ])('at the end of the file: %j', (text, expected) => {
    expect(brief(text)).toEqual(expected);
    expect(brief(text, 'truncated')).toEqual(expected);
  });

  test.each([
    ['\n\nACGT\n', 'x.fq, line 3: this is not FASTA or FASTQ'],
    [' @a\nACGT\n+\nIIII\n', 'x.fq, line 1: this is not FASTA or FASTQ'],
    [`${MARK} @a\nACGT\n+\nIIII\n`, 'x.fq, line 1: this is not FASTA or FASTQ'],
  ])('refuses %j', (text, message) => {
    for (const blockLength of CUTS) expect(() => readers.real.whole(bytes(text), blockLength)).toThrow(message);
  });

  test('a job gives the records that begin in its range, and what lies behind them', () => {
    const text = '@a\nAC\n+\n@I\n@b\nGT\n+\nII\nx\n@y\n@c\nT\n+\nI\n';
    const job = (start: number, range: number) => {
      const source = new BytesSource(bytes(text).subarray(start - 1), 3);
      const { records, lines } = readers.real.read(source, { start: 'anywhere', range });
      return [records.map(({ id, line }) => `${id} ${line}`), lines];
    };
    expect(job(1, 10)).toEqual([[], 0]);
    expect(job(8, 4)).toEqual([['b 0', 'unnamed_2 4', 'y 5'], 6]);
    expect(job(11, 1)).toEqual([['b 0', 'unnamed_2 4', 'y 5'], 6]);
    expect(job(12, 15)).toEqual([[], 0]);
    expect(job(12, 16)).toEqual([['c 0'], 4]);
    const source = new BytesSource(bytes(text).subarray(11));
    expect(readers.real.read(source, { start: 'record', range: 9 }).records.map(({ id }) => id)).toEqual([
      ...['b', 'unnamed_2', 'y'],
    ]);
  });

  test('bytes that end before a record of another job are no cut file', () => {
    const problems = (text: string) => {
      const source = new BytesSource(bytes(text), 3, undefined, true);
      const { records } = readers.real.read(source, { start: 'file', range: text.length });
      return records.map(({ problem }) => problem?.sentence.replace(/:.*/, ''));
    };
    expect(problems('@a\n\n+\n')).toEqual(['its quality is missing']);
    expect(problems('@a\nAC\n+\n')).toEqual(['its quality is missing']);
    expect(problems('@a\nAC\n')).toEqual(['its line with + and its quality are missing']);
    expect(problems('@a\nAC\n+\nII\n')).toEqual([undefined]);
  });

  test('a record may be longer than the window and the region, but not without end', () => {
    const long = 'ACGTN'.repeat(400);
    const text = `@a\n${long}\n+\n${'I'.repeat(2000)}\n@b\nAC\n+\nII\n${'x'.repeat(9000)}\n@c\nGT\n+\nII\n`;
    let calls = 0;
    const sizes = { window: 64, region: 64, long: 1000, longestRead: 5000 };
    const reader = makeReader(kernels.real, 'fastq', { longestChunk: 70, sizes, beforeLong: () => calls++ });
    const { records } = reader.whole(bytes(text), 100);
    expect(records.map(({ id, sequence, problem }) => [id, latin1(sequence), problem !== undefined])).toEqual([
      ['a', long, false],
      ['b', 'AC', false],
      ['unnamed_3', '', true],
      ['c', 'GT', false],
    ]);
    expect(calls).toBe(1);
    const wide = makeReader(kernels.real, 'fastq', { sizes: { ...sizes, region: 4096 }, beforeLong: () => calls++ });
    wide.whole(bytes(text), 100);
    expect(calls).toBe(2); // this time told by the unread bytes alone
    for (const line of [1, 2, 4]) {
      const endless = bytes(
        `@a\nAC\n+\nII\n${['@b', 'ACGT', '+', 'IIII'].slice(0, line).join('\n')}${'N'.repeat(9000)}\n`,
      );
      const strict = makeReader(kernels.real, 'fastq', { file: 'x.fq', sizes: { ...sizes, longestRead: 4096 } });
      expect(() => strict.whole(endless)).toThrow('x.fq, line 5: a record goes on for more than');
    }
  });
});
