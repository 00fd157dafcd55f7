/** Tells FASTA from FASTQ by the first bytes of a (decompressed) file, whatever its name. */

import { UserError } from '../system/errors.ts';
import { AT, BLANK, GREATER, hasMark, LF, MARK, MARK_BYTES } from './letters.ts';

export type SequenceFormat = 'fasta' | 'fastq';

/**
 * A byte order mark and blank lines may stand before the first record; it begins with `>` or `@` at the start of a line.
 *
 * @param head the first bytes of the file; none at all is an empty file
 * @param whole they are all that the file holds
 * @returns 'unknown yet' where more bytes are needed, which cannot be when `whole`
 */
export function formatOf(head: Uint8Array, whole = false): SequenceFormat | 'empty' | 'neither' | 'unknown yet' {
  let atLineStart = true;
  for (let p = 0; p < head.length; p++) {
    const byte = head[p]!;
    if (atLineStart && byte === MARK) {
      if (p + MARK_BYTES >= head.length && !whole) return 'unknown yet';
      const marked = hasMark(head, p, head.length);
      const format = marked ? startOf(head[p + MARK_BYTES]) : undefined;
      if (format !== undefined) return format;
      // Only the mark at the very start may stand alone.
      if (!marked || p > 0) return 'neither';
      p += MARK_BYTES - 1;
      atLineStart = false;
      continue;
    }
    const format = atLineStart ? startOf(byte) : undefined;
    if (format !== undefined) return format;
    if (byte !== LF && BLANK[byte] === 0) return 'neither';
    atLineStart = byte === LF;
  }
  return whole || head.length === 0 ? 'empty' : 'unknown yet';
}

function startOf(byte: number | undefined): SequenceFormat | undefined {
  return byte === GREATER ? 'fasta' : byte === AT ? 'fastq' : undefined;
}

/** @param line from 1 */
export function notSequences(file: string, line: number): UserError {
  return new UserError(
    'this is not FASTA or FASTQ: text stands before the first line that begins with > or @',
    'Check that the file is what you meant; a FASTA record begins with a line such as >name, a FASTQ record with @name.',
    { file, line },
  );
}
