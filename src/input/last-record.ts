/**
 * Where a stream of FASTA or FASTQ may be cut into jobs: the same rule for the start of a record as its reader has, looked
 * for from the end of the bytes at hand.
 */

import type { SequenceFormat } from './format.ts';
import { AT, GREATER, hasMark, LF, MARK_BYTES, PLUS } from './letters.ts';

/**
 * The last position in `(from, end)` at which a record surely begins; -1 when there is none, so that more bytes are needed.
 * A cut there gives the records of the whole, if the job before it is told that it is partial.
 *
 * @param bytes `[from, end)` of them are at hand; nothing is known about what follows
 */
export function lastRecordStart(format: SequenceFormat, bytes: Uint8Array, from: number, end: number): number {
  const begins = format === 'fasta' ? beginsFasta : beginsFastq;
  for (let lf = lastLineFeed(bytes, end, from); lf >= from; lf = lastLineFeed(bytes, lf, from)) {
    if (begins(bytes, lf + 1, end)) return lf + 1;
  }
  return -1;
}

/** The last LF in `[from, end)`; below `from` when there is none. */
function lastLineFeed(bytes: Uint8Array, end: number, from: number): number {
  return end <= from ? -1 : bytes.lastIndexOf(LF, end - 1);
}

function beginsFasta(bytes: Uint8Array, line: number, end: number): boolean {
  return line < end && sign(bytes, line, end) === GREATER;
}

function beginsFastq(bytes: Uint8Array, line: number, end: number): boolean {
  if (line >= end || sign(bytes, line, end) !== AT) return false;
  const second = behindLine(bytes, line, end);
  if (second >= end || bytes[second] === AT || bytes[second] === PLUS) return false;
  const third = behindLine(bytes, second, end);
  return third < end && bytes[third] === PLUS;
}

/** First byte of a line, a byte order mark aside. */
function sign(bytes: Uint8Array, line: number, end: number): number | undefined {
  const at = hasMark(bytes, line, end) ? line + MARK_BYTES : line;
  return at < end ? bytes[at] : undefined;
}

/** Start of the next line; `end` or more when the line does not end before. */
function behindLine(bytes: Uint8Array, line: number, end: number): number {
  const lf = bytes.indexOf(LF, line);
  return lf < 0 ? end : lf + 1;
}
