/**
 * SHA-256 of the bytes of a regular file as stored, taken from its beginning as far as it is asked for and no further.
 *
 * Whenever a hash is given out, the file was still what it was at first: so what was read of it before, by whomever, is
 * what was hashed. Once the whole is known the file may change, as one that is still growing does.
 */

import { changedSize, FileState } from './file-state.ts';
import type { FileDigest, PrefixHash } from './prefix-hash.ts';
import { RawBytes } from './raw-bytes.ts';

const PIECE_BYTES = 1 << 20;
/** What may lie behind the last record: empty lines, the mark of bgzip's end. */
const TAIL_BYTES = 1 << 10;

export class StoredHash implements PrefixHash {
  readonly #hasher = new Bun.CryptoHasher('sha256');
  readonly state: FileState;
  #raw: RawBytes | undefined;
  #piece: Uint8Array | undefined;
  #bytes = 0;
  #whole: FileDigest | undefined;

  /**
   * The file is looked at now, and must stay as it is until `finish`.
   *
   * @param name path as typed
   * @param size bytes
   */
  constructor(
    readonly name: string,
    size: number,
  ) {
    this.state = new FileState(name, size);
  }

  /** Bytes that are hashed. */
  get bytes(): number {
    return this.#bytes;
  }

  /** As `offset` counts the bytes of a plain file; Infinity is its end. */
  async prefix(offset: number): Promise<string> {
    if (offset === Number.POSITIVE_INFINITY && this.#whole !== undefined) return this.#whole.sha256;
    await this.#upTo(Math.min(offset, this.state.size));
    this.state.compare();
    // Who reads along has read the rest too, or will soon: from here on its hash is known whatever becomes of the file.
    if (this.state.size - this.#bytes <= TAIL_BYTES) this.#whole ??= await this.#withTail();
    return this.#hasher.copy().digest('hex');
  }

  /** Hashes the next bytes of the file, which somebody else has read. Not once this object has read some itself. */
  take(bytes: Uint8Array): void {
    if (this.#raw !== undefined) throw new Error('these bytes of a file would be hashed out of order');
    this.#hasher.update(bytes);
    this.#bytes += bytes.length;
  }

  async finish(): Promise<FileDigest> {
    try {
      await this.prefix(Number.POSITIVE_INFINITY);
    } finally {
      this.close();
    }
    if (this.#whole === undefined) throw new Error(`${this.name} was not hashed to its end`);
    return this.#whole;
  }

  close(): void {
    this.#raw?.close();
    this.#piece = undefined;
  }

  async #upTo(end: number): Promise<void> {
    if (this.#bytes >= end) return;
    this.#raw ??= new RawBytes(this.name, { from: this.#bytes });
    this.#piece ??= new Uint8Array(PIECE_BYTES);
    while (this.#bytes < end) {
      const read = await this.#read(this.#raw, this.#piece.subarray(0, end - this.#bytes), this.#bytes);
      this.#hasher.update(this.#piece.subarray(0, read));
      this.#bytes += read;
    }
  }

  /** Of all bytes, without moving on. */
  async #withTail(): Promise<FileDigest> {
    const { size } = this.state;
    const tail = new Uint8Array(size - this.#bytes);
    const raw = new RawBytes(this.name, { from: this.#bytes });
    try {
      for (let done = 0; done < tail.length; ) done += await this.#read(raw, tail.subarray(done), this.#bytes + done);
    } finally {
      raw.close();
    }
    const sha256 = this.#hasher.copy().update(tail).digest('hex');
    await confirm(this.state, sha256);
    return { bytes: size, sha256 };
  }

  /** At least one byte. @param at offset of the first */
  async #read(raw: RawBytes, into: Uint8Array, at: number): Promise<number> {
    const read = await raw.read(into);
    if (read > 0) return read;
    this.state.compare();
    throw changedSize(this.name, this.state.size, at);
  }
}

/**
 * After a file was read to its end.
 *
 * @param sha256 of what was read
 * @throws UserError where it is not the file any more that it was
 */
export async function confirm(state: FileState, sha256: string): Promise<void> {
  if (state.compare() === 'none') return;
  const other = new StoredHash(state.name, state.size);
  try {
    if ((await other.prefix(Number.POSITIVE_INFINITY)) !== sha256) throw state.replaced();
  } finally {
    other.close();
  }
}
