/** The empty block with which every bgzip file ends: without it, the file may have been cut off between two blocks. */

import { closeSync, openSync, readSync } from 'node:fs';
import { laterReadingError } from './reading-error.ts';

/** SAM specification, section 4.1.2: the end-of-file marker. */
const MARK = Uint8Array.fromHex('1f8b08040000000000ff0600424302001b0003000000000000000000');

export function isMark(block: Uint8Array): boolean {
  return block.length === MARK.length && block.every((byte, i) => byte === MARK[i]);
}

/**
 * @param name path of a regular file
 * @param size bytes
 */
export function endsWithMark(name: string, size: number): boolean {
  if (size < MARK.length) return false;
  try {
    const descriptor = openSync(name, 'r');
    try {
      const end = new Uint8Array(MARK.length);
      readSync(descriptor, end, 0, end.length, size - end.length);
      return isMark(end);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw laterReadingError(error, name);
  }
}
