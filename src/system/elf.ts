/**
 * Whether an ELF library is whole and made for this machine. The system's loader maps a file by what its head says, and
 * one that was cut off kills the process instead of failing.
 */

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const HEADER_BYTES = 64;
const SEGMENT_BYTES = 56;
/** More than any library has. */
const MOST_SEGMENTS = 256;
const MACHINES: Readonly<Record<string, number>> = { x64: 62, arm64: 183 };

/**
 * @param architecture as `process.arch` names it
 * @returns what is wrong, as it goes on behind the file's name; undefined when nothing is
 */
export function elfProblem(path: string, architecture: string = process.arch): string | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch {
    return 'cannot be opened';
  }
  try {
    const { size } = fstatSync(descriptor);
    const header = Buffer.alloc(HEADER_BYTES);
    if (readSync(descriptor, header, 0, HEADER_BYTES, 0) < HEADER_BYTES) return 'is cut off';
    if (header.readUInt32BE(0) !== 0x7f454c46 || header[4] !== 2 || header[5] !== 1) return 'is no 64-bit ELF library';
    if (header.readUInt16LE(18) !== MACHINES[architecture]) return 'is made for another kind of processor';
    const at = Number(header.readBigUInt64LE(32));
    const count = header.readUInt16LE(56);
    if (header.readUInt16LE(54) !== SEGMENT_BYTES || count === 0 || count > MOST_SEGMENTS) return 'is damaged';
    const segments = Buffer.alloc(count * SEGMENT_BYTES);
    if (at > size || readSync(descriptor, segments, 0, segments.length, at) < segments.length) return 'is cut off';
    for (let from = 0; from < segments.length; from += SEGMENT_BYTES) {
      const end = segments.readBigUInt64LE(from + 8) + segments.readBigUInt64LE(from + 32);
      if (end > BigInt(size)) return 'is cut off';
    }
    return undefined;
  } catch {
    return 'cannot be read';
  } finally {
    closeSync(descriptor);
  }
}
