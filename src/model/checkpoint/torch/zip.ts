/**
 * A zip archive as PyTorch writes it, read in place. No byte of an entry is handed out before the CRC-32 of the whole
 * entry was found right; that costs one more pass over an entry that is read in parts, in pieces of 8 MiB.
 */

import { crc32 } from 'node:zlib';
import { UserError } from '../../../system/errors.ts';
import type { RandomAccessFile } from '../../../system/random-access.ts';
import { readDirectory, type ZipEntry, type ZipForm } from '../../../system/zip/zip-directory.ts';
import { DAMAGED, quoted } from '../json.ts';

const PIECE_BYTES = 8 << 20;

const AS_TORCH_WRITES: ZipForm = {
  compressed: 'is compressed, which torch.save does not do: it is a TorchScript program, or was packed again',
};

export class ZipArchive {
  /** Entry -> when its checksum was found right. */
  readonly #checked = new Map<ZipEntry, Promise<void>>();

  private constructor(
    readonly file: RandomAccessFile,
    /** By name, in the order of the file. */
    readonly entries: ReadonlyMap<string, ZipEntry>,
  ) {}

  static async open(file: RandomAccessFile): Promise<ZipArchive> {
    const refuse = (sentence: string): never => {
      throw new UserError(sentence, DAMAGED, { file: file.path });
    };
    return new ZipArchive(file, await readDirectory(file, AS_TORCH_WRITES, refuse));
  }

  /** Fills `bytes` from byte `from` of an entry's content. */
  async read<T extends Uint8Array>(entry: ZipEntry, bytes: T, from = 0): Promise<T> {
    if (from < 0 || from + bytes.length > entry.size) {
      throw new Error(`bytes ${from} to ${from + bytes.length} are not inside entry ${quoted(entry.name)}`);
    }
    const checked = this.#checked.get(entry);
    if (checked === undefined && bytes.length === entry.size) {
      await this.file.read(bytes, entry.offset);
      this.#compare(entry, crc32(bytes));
      this.#checked.set(entry, Promise.resolve());
      return bytes;
    }
    const check = checked ?? this.#check(entry);
    this.#checked.set(entry, check);
    await check;
    return this.file.read(bytes, entry.offset + from);
  }

  async #check(entry: ZipEntry): Promise<void> {
    const piece = new Uint8Array(Math.min(PIECE_BYTES, entry.size));
    let sum = 0;
    for (let done = 0; done < entry.size; done += piece.length) {
      const part = piece.subarray(0, Math.min(piece.length, entry.size - done));
      sum = crc32(await this.file.read(part, entry.offset + done), sum);
    }
    this.#compare(entry, sum);
  }

  #compare(entry: ZipEntry, sum: number): void {
    if (sum === entry.crc32) return;
    throw new UserError(`its zip entry ${quoted(entry.name)} was altered: its checksum is wrong`, DAMAGED, {
      file: this.file.path,
    });
  }
}
