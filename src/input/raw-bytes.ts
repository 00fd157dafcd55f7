/**
 * Bytes of an input as they stand in the file or come through the pipe, read asynchronously, in order, once.
 *
 * A regular file ends where it ended when it was opened: what shrinks or grows meanwhile is refused, so that nobody runs
 * behind a file that grows as fast as it is read, or takes the lack of an end for damage.
 */

import { type FileHandle, open } from 'node:fs/promises';
import { STANDARD_INPUT } from './container.ts';
import { changedSize } from './file-state.ts';
import { laterReadingError } from './reading-error.ts';

export interface RawOptions {
  /** Offset in the file of the first byte to read; only for regular files. */
  readonly from?: number;
  /** Take the SHA-256 of the bytes while they pass. */
  readonly sha256?: boolean;
}

type Reader = (into: Uint8Array) => Promise<number>;

export class RawBytes {
  private readonly hasher: Bun.CryptoHasher | undefined;
  private reader: Reader | undefined;
  private file: FileHandle | undefined;
  private pending: Promise<unknown> = Promise.resolve();
  private position: number;
  /** Bytes of a regular file when it was opened; undefined for others, and where the system makes them up while they are read. */
  private size: number | undefined;
  private ended = false;
  private closed = false;

  /** @param name path as typed, `-` for standard input */
  constructor(
    readonly name: string,
    { from = 0, sha256 = false }: RawOptions = {},
  ) {
    this.position = from;
    if (sha256) this.hasher = new Bun.CryptoHasher('sha256');
  }

  /** Offset behind the last byte read. */
  get bytes(): number {
    return this.position;
  }

  /** SHA-256 of all bytes, in hexadecimal; once the end was met. */
  digest(): string {
    if (this.hasher === undefined || !this.ended) throw new Error('the digest of an input is not known before its end');
    return this.hasher.digest('hex');
  }

  /** Fills `into` with at least one byte; 0 at the end. */
  async read(into: Uint8Array): Promise<number> {
    if (this.ended || this.closed) return 0;
    try {
      this.reader ??= this.name === STANDARD_INPUT ? standardInput() : await this.openFile();
      const reading = this.reader(into);
      // It may fail while nobody waits for it any more, after `close`.
      this.pending = reading.catch(() => undefined);
      const bytes = await reading;
      this.position += bytes;
      this.ended = bytes === 0;
      this.hasher?.update(into.subarray(0, bytes));
      this.refuseChange();
      return bytes;
    } catch (error) {
      throw laterReadingError(error, this.name);
    }
  }

  /** Reads what is left, for its digest. */
  async drain(): Promise<void> {
    const scratch = new Uint8Array(1 << 18);
    while ((await this.read(scratch)) > 0);
  }

  /** A read of a pipe that is still under way is not waited for: it may never come back. */
  close(): void {
    this.closed = true;
    const { file } = this;
    this.file = undefined;
    if (file !== undefined) void this.pending.then(() => file.close());
  }

  private refuseChange(): void {
    const { size, position } = this;
    if (size === undefined || position === size) return;
    if (position > size || (this.ended && position < size)) throw changedSize(this.name, size, position);
  }

  private async openFile(): Promise<Reader> {
    const file = await open(this.name, 'r');
    if (this.closed) {
      await file.close();
      return async () => 0;
    }
    this.file = file;
    const status = await file.stat();
    const isPipe = !status.isFile();
    if (!isPipe && status.size > this.position) this.size = status.size;
    return async (into) => (await file.read(into, 0, into.length, isPipe ? null : this.position)).bytesRead;
  }
}

function standardInput(): Reader {
  const blocks = Bun.stdin.stream().getReader();
  let rest = new Uint8Array(0);
  return async (into) => {
    while (rest.length === 0) {
      const { done, value } = await blocks.read();
      if (done) return 0;
      rest = value;
    }
    const bytes = Math.min(rest.length, into.length);
    into.set(rest.subarray(0, bytes));
    rest = rest.subarray(bytes);
    return bytes;
  };
}
