/** Compressed files made by the tests, and readers that collect what comes out of them. */

import { constants, crc32, deflateRawSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { BgzipRange } from '../../src/input/bgzip-range.ts';
import { type BgzipRest, type BgzipRun, bgzipRuns } from '../../src/input/bgzip-runs.ts';
import { openStream, type StreamOptions } from '../../src/input/open-stream.ts';

/** The empty block that ends a bgzip file. */
export const BGZIP_END = bgzipBlock(new Uint8Array(0));
/** A zstd frame that is skipped, with 3 bytes in it. */
export const ZSTD_SKIPPED = Uint8Array.of(0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3);

/** @param extra fields before "BC" */
export function bgzipBlock(data: Uint8Array, extra = new Uint8Array(0), level = 6): Uint8Array {
  const deflated = deflateRawSync(data, { level });
  const block = Buffer.alloc(18 + extra.length + deflated.length + 8);
  block.set([0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff]);
  block.writeUInt16LE(6 + extra.length, 10);
  block.set(extra, 12);
  block.set([0x42, 0x43, 2, 0], 12 + extra.length);
  block.writeUInt16LE(block.length - 1, 16 + extra.length);
  block.set(deflated, 18 + extra.length);
  block.writeUInt32LE(crc32(data), block.length - 8);
  block.writeUInt32LE(data.length, block.length - 4);
  return new Uint8Array(block);
}

/** @param blockBytes of data in each block, at most 65,280 */
export function bgzip(data: Uint8Array, blockBytes = 65_280): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (let at = 0; at < data.length; at += blockBytes) blocks.push(bgzipBlock(data.subarray(at, at + blockBytes)));
  return joined(...blocks, BGZIP_END);
}

export function gzip(data: Uint8Array): Uint8Array {
  return new Uint8Array(gzipSync(data));
}

/** With a checksum, as the zstd program writes it. */
export function zstd(data: Uint8Array): Uint8Array {
  return new Uint8Array(zstdCompressSync(data, { params: { [constants.ZSTD_c_checksumFlag]: 1 } }));
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Seeded records of 70 random bases. */
export function fasta(bytes: number): Uint8Array {
  const data = new Uint8Array(bytes);
  let state = 12_345;
  for (let i = 0; i < bytes; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const column = i % 80;
    if (column < 9) data[i] = '>record_x'.charCodeAt(column);
    else data[i] = column === 9 || column === 79 ? 10 : 'ACGT'.charCodeAt((state >>> 8) & 3);
  }
  return data;
}

export interface Read {
  readonly bytes: Uint8Array;
  readonly cut: string | undefined;
}

export async function readStream(path: string, options?: StreamOptions): Promise<Read> {
  const stream = openStream(path, options);
  const parts: Uint8Array[] = [];
  for await (const block of stream.blocks()) parts.push(block.slice());
  return { bytes: joined(...parts), cut: stream.cut };
}

export async function piecesOf(path: string, bytesPerRun: number): Promise<readonly (BgzipRun | BgzipRest)[]> {
  return await Array.fromAsync(bgzipRuns(path, bytesPerRun));
}

/** All bytes of a bgzip file, run by run as Workers read them; up to the first that is cut. */
export async function readRuns(path: string, bytesPerRun: number, readBytes = 1000): Promise<Read> {
  const parts: Uint8Array[] = [];
  for (const piece of await piecesOf(path, bytesPerRun)) {
    if (piece.kind === 'rest') {
      const rest = await readStream(path, piece);
      parts.push(piece.follows ? rest.bytes.subarray(1) : rest.bytes);
      return { bytes: joined(...parts), cut: rest.cut };
    }
    const range = new BgzipRange(path, piece);
    const before = piece.previous === undefined ? 0 : 1;
    const bytes = readRange(range, before + range.rangeBytes, readBytes);
    parts.push(bytes.subarray(before));
    if (range.cut !== undefined) return { bytes: joined(...parts), cut: range.cut };
  }
  return { bytes: joined(...parts), cut: undefined };
}

/** At most `most` bytes of a range, `readBytes` at a time. */
export function readRange(range: BgzipRange, most: number, readBytes = 1000): Uint8Array {
  const parts: Uint8Array[] = [];
  let room = most;
  while (room > 0) {
    const memory = new Uint8Array(readBytes + 2);
    const read = range.read(memory, 2, Math.min(readBytes, room));
    if (read === 0) break;
    parts.push(memory.subarray(2, 2 + read));
    room -= read;
  }
  return joined(...parts);
}
