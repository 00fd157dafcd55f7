import { describe, expect, test } from 'bun:test';
import { makeReader } from '../../test/helpers/jobs.ts';
import { PlainKernel } from '../../test/helpers/plain-kernel.ts';
import { formatOf } from './format.ts';

const MARK = '\xef\xbb\xbf';
const bytes = (text: string) => Buffer.from(text, 'latin1');

describe('formatOf', () => {
  test.each<[string, ReturnType<typeof formatOf>]>([
    ['>a\nACGT\n', 'fasta'],
    ['@a\nACGT\n', 'fastq'],
    ['\n \t\r\n\n>', 'fasta'],
    ['\r\n@', 'fastq'],
    [`${MARK}>`, 'fasta'],
    [`${MARK}\n@`, 'fastq'],
    [`\n${MARK}>`, 'fasta'],
    ['ACGT', 'neither'],
    [' >a', 'neither'],
    [`${MARK} >a`, 'neither'],
    [`${MARK}${MARK}>a`, 'neither'],
    [`\n${MARK}\n>a`, 'neither'],
    ['\xef\xbb>aa', 'neither'],
    ['\x1f\x8b', 'neither'],
    ['', 'empty'],
  ])('%j is %s', (head, format) => {
    expect(formatOf(bytes(head))).toBe(format);
    expect(formatOf(bytes(head), true)).toBe(format);
  });

  test.each<[string, ReturnType<typeof formatOf>]>([
    ['\n \r\n', 'empty'],
    [MARK, 'empty'],
    [`${MARK}\n`, 'empty'],
    ['\xef\xbb', 'neither'],
    [`\n${MARK}`, 'neither'],
  ])('%j needs more bytes, and is %s when there are none', (head, format) => {
    expect(formatOf(bytes(head))).toBe('unknown yet');
    expect(formatOf(bytes(head), true)).toBe(format);
  });

  test('is of one mind with the readers, over every short text of the bytes that matter', () => {
    const letters = ['>', '@', '\n', ' ', 'A', MARK, '\xef'];
    const readers = { fasta: makeReader(new PlainKernel(), 'fasta'), fastq: makeReader(new PlainKernel(), 'fastq') };
    for (let code = 0; code < letters.length ** 4; code++) {
      const text = Array.from(
        { length: 4 },
        (_, i) => letters[Math.floor(code / letters.length ** i) % letters.length],
      );
      const file = bytes(text.join(''));
      const format = formatOf(file, true);
      for (const name of ['fasta', 'fastq'] as const) {
        let refused = false;
        try {
          const { records } = readers[name].whole(file);
          expect(records.length > 0).toBe(format === name);
        } catch (error) {
          refused = true;
          expect(String(error)).toContain('this is not FASTA or FASTQ');
        }
        expect([file.toString('latin1'), refused]).toEqual([
          file.toString('latin1'),
          format !== 'empty' && format !== name,
        ]);
      }
    }
  });
});
