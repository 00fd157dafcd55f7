/**
 * The head of a gzip member (RFC 1952), and of a bgzip block, which is one with the compressed size in its extra field "BC".
 */

import { crc32 } from 'node:zlib';

/** Bytes behind the deflate data: CRC-32 and decompressed length, both little-endian. */
export const TRAILER_BYTES = 8;
/** A bgzip block holds no more, compressed or not. */
export const BLOCK_MAX_BYTES = 1 << 16;
/** A head that has not ended by then is taken for damage: file names and comments have no limit of their own. */
export const HEAD_MAX_BYTES = 1 << 17;

const FIXED_BYTES = 10;
const MAGIC = [0x1f, 0x8b, 8] as const;
const FLAG = { headCheck: 2, extra: 4, name: 8, comment: 16, reserved: 0xe0 } as const;

export interface MemberHead {
  /** Bytes of the head: the deflate data begin there. */
  readonly bytes: number;
  /** Compressed bytes of the whole bgzip block; undefined for an ordinary member. */
  readonly blockBytes: number | undefined;
}

/**
 * Reads the head of the member at the start of `bytes`.
 *
 * @returns 'short' where `bytes` end inside what may be a head, 'none' where it is no head
 */
export function memberHead(bytes: Uint8Array): MemberHead | 'short' | 'none' {
  for (let i = 0; i < MAGIC.length && i < bytes.length; i++) if (bytes[i] !== MAGIC[i]) return 'none';
  if (bytes.length < FIXED_BYTES) return 'short';
  const flags = bytes[3]!;
  if ((flags & FLAG.reserved) !== 0) return 'none';
  let at = FIXED_BYTES;
  let blockBytes: number | undefined;
  if ((flags & FLAG.extra) !== 0) {
    if (bytes.length < at + 2) return 'short';
    const end = at + 2 + uint16(bytes, at);
    if (bytes.length < end) return 'short';
    blockBytes = blockSize(bytes, at + 2, end);
    at = end;
  }
  for (const flag of [FLAG.name, FLAG.comment]) {
    if ((flags & flag) === 0) continue;
    const zero = bytes.indexOf(0, at);
    if (zero < 0) return bytes.length < HEAD_MAX_BYTES ? 'short' : 'none';
    at = zero + 1;
  }
  if ((flags & FLAG.headCheck) !== 0) {
    if (bytes.length < at + 2) return 'short';
    if (uint16(bytes, at) !== (crc32(bytes.subarray(0, at)) & 0xffff)) return 'none';
    at += 2;
  }
  // The sizes of the block and of its head contradict each other: neither tells where the data are.
  if (blockBytes !== undefined && blockBytes < at + TRAILER_BYTES) return 'none';
  return { bytes: at, blockBytes };
}

/** The size that the subfield "BC" among the extra fields `[at, end)` gives. */
function blockSize(bytes: Uint8Array, at: number, end: number): number | undefined {
  while (at + 4 <= end) {
    const length = uint16(bytes, at + 2);
    if (bytes[at] === 0x42 && bytes[at + 1] === 0x43 && length === 2 && at + 6 <= end) return uint16(bytes, at + 4) + 1;
    at += 4 + length;
  }
  return undefined;
}

/** The decompressed length in the trailer that ends at `end`. */
export function trailerLength(bytes: Uint8Array, end: number): number {
  return uint32(bytes, end - 4);
}

/** The CRC-32 in the trailer that ends at `end`. */
export function trailerCheck(bytes: Uint8Array, end: number): number {
  return uint32(bytes, end - TRAILER_BYTES);
}

/**
 * Inflates one whole bgzip block; its CRC-32 and length are checked.
 *
 * @returns undefined where the block is damaged
 */
export function inflateBlock(block: Uint8Array<ArrayBuffer>): Uint8Array | undefined {
  const length = trailerLength(block, block.length);
  // The inflater reserves what the length says.
  if (length > BLOCK_MAX_BYTES) return undefined;
  try {
    // Of all inflaters here this is the fastest on 64 KiB, and it checks both fields of the trailer.
    const bytes = Bun.gunzipSync(block, { library: 'libdeflate' });
    // Where the block's size is damaged, the trailer it ends with is another one than the inflater saw.
    return bytes.length === length && crc32(bytes) === trailerCheck(block, block.length) ? bytes : undefined;
  } catch {
    return undefined;
  }
}

function uint16(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8);
}

function uint32(bytes: Uint8Array, at: number): number {
  return (uint16(bytes, at) | (uint16(bytes, at + 2) << 16)) >>> 0;
}
