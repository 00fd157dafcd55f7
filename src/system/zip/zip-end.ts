/**
 * The end of a zip archive: where its central directory lies and how many entries it has.
 *
 * Strict where zip is lax: the end record is the last 22 bytes of the file (no comment), before it lie the two zip64
 * records or nothing, and before those the directory. So no byte can be added or lost without notice, and nothing has
 * to be searched for. All numbers are little-endian.
 */

import type { ByteSource } from './byte-source.ts';

const END_BYTES = 22;
const LOCATOR_BYTES = 20;
const END64_BYTES = 56;
/** What an end64 record says of its own size: without its first 12 bytes. */
const END64_SIZE_FIELD = END64_BYTES - 12;

const END_SIGNATURE = 0x06054b50;
const LOCATOR_SIGNATURE = 0x07064b50;
const END64_SIGNATURE = 0x06064b50;

/** In a field of 16 or 32 bits: the value stands in the zip64 record. */
export const IN_ZIP64_16 = 0xffff;
export const IN_ZIP64_32 = 0xffffffff;

export interface DirectoryPlace {
  readonly entries: number;
  /** Byte position in the file and size in bytes of the central directory. */
  readonly offset: number;
  readonly size: number;
  /** Told by zip64 records. */
  readonly isZip64: boolean;
}

/** @param refuse throws for a file that is not as it must be */
export async function findDirectory(file: ByteSource, refuse: (sentence: string) => never): Promise<DirectoryPlace> {
  if (file.size < END_BYTES) return refuse(`has ${file.size} bytes, too few for a zip archive`);
  const tailBytes = Math.min(file.size, END_BYTES + LOCATOR_BYTES + END64_BYTES);
  const tail = await file.read(new Uint8Array(tailBytes), file.size - tailBytes);
  const end = new DataView(tail.buffer, tailBytes - END_BYTES);
  if (end.getUint32(0, true) !== END_SIGNATURE || end.getUint16(20, true) !== 0) {
    return refuse('does not end as a zip archive does: it was cut off, or something was added to it');
  }
  if (end.getUint16(4, true) !== 0 || end.getUint16(6, true) !== 0) return refuse('is one part of a split zip archive');
  const short = {
    entries: end.getUint16(10, true),
    size: end.getUint32(12, true),
    offset: end.getUint32(16, true),
    isZip64: false,
  };
  if (end.getUint16(8, true) !== short.entries) return refuse('its end record gives two numbers of entries');
  const long = readEnd64(tail, file.size, refuse);
  if (long !== undefined) {
    const agrees =
      (short.entries === long.entries || short.entries === IN_ZIP64_16) &&
      (short.size === long.size || short.size === IN_ZIP64_32) &&
      (short.offset === long.offset || short.offset === IN_ZIP64_32);
    if (!agrees) return refuse('its zip end record and zip64 end record disagree');
  }
  const place = long ?? short;
  const directoryEnd = file.size - (long === undefined ? END_BYTES : tailBytes);
  if (place.offset > file.size || place.offset + place.size !== directoryEnd) {
    return refuse('its zip directory does not lie where the end record says: bytes were added, lost or changed');
  }
  return place;
}

/** The zip64 end record, where there is a locator; numbers beyond 2^53 are rounded, far above every limit. */
function readEnd64(
  tail: Uint8Array<ArrayBuffer>,
  fileSize: number,
  refuse: (sentence: string) => never,
): DirectoryPlace | undefined {
  const locatorAt = tail.length - END_BYTES - LOCATOR_BYTES;
  if (locatorAt < 0) return undefined;
  const locator = new DataView(tail.buffer, locatorAt, LOCATOR_BYTES);
  if (locator.getUint32(0, true) !== LOCATOR_SIGNATURE) return undefined;
  const end64At = locatorAt - END64_BYTES;
  const points = Number(locator.getBigUint64(8, true));
  if (end64At < 0 || points !== fileSize - END_BYTES - LOCATOR_BYTES - END64_BYTES) {
    return refuse('its zip64 end record does not lie where the locator says');
  }
  const end64 = new DataView(tail.buffer, end64At, END64_BYTES);
  if (end64.getUint32(0, true) !== END64_SIGNATURE || Number(end64.getBigUint64(4, true)) !== END64_SIZE_FIELD) {
    return refuse('its zip64 end record is damaged');
  }
  const onOneDisk =
    locator.getUint32(4, true) === 0 &&
    locator.getUint32(16, true) <= 1 &&
    end64.getUint32(16, true) === 0 &&
    end64.getUint32(20, true) === 0;
  if (!onOneDisk) return refuse('is one part of a split zip archive');
  const entries = Number(end64.getBigUint64(32, true));
  if (Number(end64.getBigUint64(24, true)) !== entries) {
    return refuse('its zip64 end record gives two numbers of entries');
  }
  return {
    entries,
    size: Number(end64.getBigUint64(40, true)),
    offset: Number(end64.getBigUint64(48, true)),
    isZip64: true,
  };
}
