/** A file read at any position, never as a whole. */

import { readSync } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { UserError } from './errors.ts';
import type { ByteSource } from './zip/byte-source.ts';

/** One read of the system; larger ones fail on some platforms from 2 GiB. */
const MAX_READ_BYTES = 1 << 30;

export class RandomAccessFile implements ByteSource {
  private constructor(
    /** As the user gave it, for messages. */
    readonly path: string,
    /** In bytes, when it was opened. */
    readonly size: number,
    private readonly handle: FileHandle,
  ) {}

  static async open(path: string): Promise<RandomAccessFile> {
    try {
      // Asked before opening, because opening a pipe waits for someone to write.
      if (!(await stat(path)).isFile()) {
        throw new UserError('is not a regular file', 'Give a file.', { file: path });
      }
      const handle = await open(path, 'r');
      return new RandomAccessFile(path, (await handle.stat()).size, handle);
    } catch (error) {
      if (error instanceof UserError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new UserError(`cannot be opened (${reason})`, 'Check the path and its permissions.', { file: path });
    }
  }

  /** Fills `bytes` from `position`; a file that became shorter since it was opened is a UserError. */
  async read<T extends Uint8Array>(bytes: T, position: number): Promise<T> {
    for (let done = 0; done < bytes.length; ) {
      const wanted = Math.min(bytes.length - done, MAX_READ_BYTES);
      const { bytesRead } = await this.handle.read(bytes, done, wanted, position + done);
      if (bytesRead === 0) this.#endsEarly();
      done += bytesRead;
    }
    return bytes;
  }

  /** The same without a promise, which costs twenty times as much as the reading when there are few bytes. */
  readSmall<T extends Uint8Array>(bytes: T, position: number): T {
    for (let done = 0; done < bytes.length; ) {
      const read = readSync(this.handle.fd, bytes, done, bytes.length - done, position + done);
      if (read === 0) this.#endsEarly();
      done += read;
    }
    return bytes;
  }

  async close(): Promise<void> {
    await this.handle.close();
  }

  #endsEarly(): never {
    throw new UserError('ends before its last byte', 'It was changed while it was read; run again.', {
      file: this.path,
    });
  }
}
