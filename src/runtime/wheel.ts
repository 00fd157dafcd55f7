/**
 * A wheel of the Python package index: a zip file, of which single entries are unpacked as streams, because one of them
 * has 750 MB. Nothing of it is executed.
 *
 * An entry is written to `TARGET.partial` and gets its name only when size, CRC-32 and sha256 are right.
 */

import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { crc32, createInflateRaw } from 'node:zlib';
import { UserError } from '../system/errors.ts';
import type { KnownFile } from '../system/known-file.ts';
import { quoted } from '../system/quoted.ts';
import { RandomAccessFile } from '../system/random-access.ts';
import { readDirectory, type ZipEntry, type ZipForm } from '../system/zip/zip-directory.ts';
import { runtimeError } from './places.ts';

const BLOCK_BYTES = 1 << 20;
const AS_WHEELS_ARE: ZipForm = { zip64: 'is a zip64 archive, which no wheel of the catalogue is', hasFolders: true };
const GET_AGAIN = 'The file is damaged or is another one; get it again from where it came from.';

export class WheelArchive {
  private constructor(
    private readonly file: RandomAccessFile,
    /** By path in the wheel. */
    readonly entries: ReadonlyMap<string, ZipEntry>,
  ) {}

  /** @throws UserError for a file that is no sound wheel */
  static async open(path: string): Promise<WheelArchive> {
    const file = await RandomAccessFile.open(path);
    try {
      const refuse = (sentence: string): never => {
        throw new UserError(sentence, GET_AGAIN, { file: path });
      };
      return new WheelArchive(file, await readDirectory(file, AS_WHEELS_ARE, refuse));
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /**
   * Unpacks an entry to `target`, which must not be there.
   *
   * @param onBytes told how many bytes came out since the last time
   * @throws UserError when the entry is not what `expected` says; nothing is left then
   */
  async unpack(name: string, target: string, expected: KnownFile, onBytes: (bytes: number) => void): Promise<void> {
    const entry = this.entries.get(name);
    if (entry === undefined) return this.#refuse(`has no entry ${quoted(name)}`);
    if (entry.size !== expected.bytes) {
      return this.#refuse(`its entry ${quoted(name)} has ${entry.size} bytes instead of ${expected.bytes}`);
    }
    const partial = `${target}.partial`;
    try {
      const handle = await open(partial, 'w', 0o644);
      try {
        await this.#write(entry, handle, expected.sha256, onBytes);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(partial, target);
    } catch (error) {
      await rm(partial, { force: true });
      throw runtimeError(error, target, 'written');
    }
  }

  async close(): Promise<void> {
    await this.file.close();
  }

  async #write(entry: ZipEntry, handle: FileHandle, sha256: string, onBytes: (bytes: number) => void): Promise<void> {
    const hasher = new Bun.CryptoHasher('sha256');
    let sum = 0;
    let written = 0;
    const take = async (pieces: AsyncIterable<Uint8Array>): Promise<void> => {
      for await (const piece of pieces) {
        written += piece.length;
        // Before it is written: a wrong archive must not fill the disk.
        if (written > entry.size) this.#altered(entry);
        sum = crc32(piece, sum);
        hasher.update(piece);
        for (let done = 0; done < piece.length; ) done += (await handle.write(piece, done)).bytesWritten;
        onBytes(piece.length);
      }
    };
    if (entry.isDeflated) await this.#inflate(entry, take);
    else await take(this.#packed(entry));
    if (written !== entry.size || sum !== entry.crc32 || hasher.digest('hex') !== sha256) this.#altered(entry);
  }

  /** The bytes of an entry as they lie in the archive. */
  async *#packed({ offset, packed }: ZipEntry): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < packed; ) {
      const piece = await this.file.read(new Uint8Array(Math.min(BLOCK_BYTES, packed - at)), offset + at);
      at += piece.length;
      yield piece;
    }
  }

  async #inflate(entry: ZipEntry, take: (pieces: AsyncIterable<Uint8Array>) => Promise<void>): Promise<void> {
    const inflate = createInflateRaw({ chunkSize: BLOCK_BYTES });
    try {
      await pipeline(this.#packed(entry), inflate, take);
    } catch (error) {
      const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
      if (typeof code === 'string' && code.startsWith('Z_')) this.#altered(entry);
      throw error;
    }
    // Bytes behind the end of the data are no part of them.
    if (inflate.bytesWritten !== entry.packed) this.#altered(entry);
  }

  #altered({ name }: ZipEntry): never {
    return this.#refuse(`its entry ${quoted(name)} is not what was published: its size or checksum is wrong`);
  }

  #refuse(sentence: string): never {
    throw new UserError(sentence, GET_AGAIN, { file: this.file.path });
  }
}
