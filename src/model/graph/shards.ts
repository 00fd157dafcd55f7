/**
 * External weight files of one graph: tensors one after the other, a new file before one would pass the shard size.
 * Offsets are multiples of 4096, so that a memory map of one tensor starts on a page; tensors below one page lie on
 * multiples of 64 (the widest vector load) instead, or biases would cost a page each.
 */

import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { syncDescriptor } from '../../system/atomic-file.ts';
import type { ExternalSlice } from './onnx.ts';

const PAGE_BYTES = 4096;
const SMALL_ALIGNMENT_BYTES = 64;
/** 1 GiB: ONNX tools, file systems and proxies all take files of that size. */
export const SHARD_BYTES = 2 ** 30;

export class ShardWriter {
  readonly files: string[] = [];
  /** SHA-256 of each closed file, by name: taken while it is written, or all of it would have to be read once more. */
  readonly digests = new Map<string, string>();
  #descriptor: number | undefined;
  #hasher = new Bun.CryptoHasher('sha256');
  #length = 0;

  /**
   * @param folder existing folder
   * @param stem file names are `STEM-00001.bin` and so on
   */
  constructor(
    readonly folder: string,
    readonly stem: string,
    readonly shardBytes: number = SHARD_BYTES,
  ) {}

  /** Appends values in the machine's byte order, which is little-endian on every machine we build for. */
  append(data: Float32Array | Float16Array): ExternalSlice {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const alignment = bytes.length < PAGE_BYTES ? SMALL_ALIGNMENT_BYTES : PAGE_BYTES;
    let offset = Math.ceil(this.#length / alignment) * alignment;
    if (this.#descriptor === undefined || (offset > 0 && offset + bytes.length > this.shardBytes)) {
      this.#next();
      offset = 0;
    }
    const descriptor = this.#descriptor;
    const file = this.files.at(-1);
    if (descriptor === undefined || file === undefined) throw new Error('no shard is open');
    for (const piece of [new Uint8Array(offset - this.#length), bytes]) {
      writeAll(descriptor, piece);
      this.#hasher.update(piece);
    }
    this.#length = offset + bytes.length;
    return { file, offset, bytes: bytes.length };
  }

  close(): void {
    if (this.#descriptor === undefined) return;
    syncDescriptor(this.#descriptor);
    closeSync(this.#descriptor);
    this.#descriptor = undefined;
    // `digest` makes the hasher as new.
    this.digests.set(this.files.at(-1)!, this.#hasher.digest('hex'));
  }

  #next(): void {
    this.close();
    const file = `${this.stem}-${String(this.files.length + 1).padStart(5, '0')}.bin`;
    this.#descriptor = openSync(join(this.folder, file), 'wx');
    this.files.push(file);
    this.#length = 0;
  }
}

function writeAll(descriptor: number, bytes: Uint8Array): void {
  let done = 0;
  while (done < bytes.length) done += writeSync(descriptor, bytes, done, bytes.length - done);
}
