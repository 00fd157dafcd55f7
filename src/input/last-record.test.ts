import { expect, test } from 'bun:test';
import { lastRecordStart } from './last-record.ts';

const MARK = '\xef\xbb\xbf';

/** The text from the last record on, or nothing. */
function tail(format: 'fasta' | 'fastq', text: string, behind = ''): string | undefined {
  const bytes = Buffer.from(`..${text}${behind}`, 'latin1');
  const start = lastRecordStart(format, bytes, 2, 2 + text.length);
  return start < 0 ? undefined : bytes.toString('latin1', start, 2 + text.length);
}

test.each([
  ['>a\nAC\n>b\nGT>\n', '>b\nGT>\n'],
  ['>a\nAC\n>', '>'],
  [`>a\nAC\n${MARK}>b`, `${MARK}>b`],
  [`>a\nAC\n>b\n${MARK}`, `>b\n${MARK}`],
  ['>a\nAC\n', undefined],
  ['>a', undefined],
  ['', undefined],
])('FASTA %j', (text, expected) => {
  expect(tail('fasta', text)).toBe(expected!);
  expect(tail('fasta', text, '>x\n>y\n')).toBe(expected!);
});

test.each([
  ['@a\nAC\n+\n@I\n@b\nAC\n+\nII\n', '@b\nAC\n+\nII\n'],
  ['@a\nAC\n+\n@I\n@b\nAC\n+', '@b\nAC\n+'],
  ['@a\nAC\n+\n@I\n@b\nAC\n', undefined],
  [`@a\nAC\n+\n@I\n${MARK}@b\nAC\n+`, `${MARK}@b\nAC\n+`],
  ['@a\nAC\n+\nII\n@x\n@y\n+\n', undefined],
  ['@a\nA\n+\n@\n@b\nA\n+\n@\n@c\nA\n', '@b\nA\n+\n@\n@c\nA\n'],
  ['', undefined],
])('FASTQ %j', (text, expected) => {
  expect(tail('fastq', text)).toBe(expected!);
  expect(tail('fastq', text, '+\n@x\nA\n+\nI\n'.slice(text.endsWith('\n') ? 2 : 0))).toBe(expected!);
});
