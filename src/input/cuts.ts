/** The sentences for compressed data that stop early. Byte counts are of decompressed data. */

export type Format = 'gzip' | 'zstd';

/** The file ends inside its compressed data. */
export function brokenOff(format: Format, bytes: number): string {
  return `the file ends early: its ${format} data break off after ${count(bytes)}`;
}

/** Nothing behind `bytes` was given out. */
export function damagedAfter(format: Format, bytes: number, why: string): string {
  return `the ${format} data are damaged after ${count(bytes)} (${why})`;
}

/** A checksum over bytes that were given out already does not fit. */
export function damagedBefore(format: Format, bytes: number, why: string): string {
  return `the ${format} data are damaged somewhere in their first ${count(bytes)} (${why})`;
}

/** What follows is no compressed data: garbage behind the end, or a member whose head is damaged. */
export function strayBytes(format: Format, bytes: number): string {
  return `behind ${count(bytes)} of data the file goes on with something that is not ${format}, which was left out`;
}

function count(bytes: number): string {
  return bytes === 1 ? '1 byte' : `${bytes.toLocaleString('en-US')} bytes`;
}
