/** SHA-256 of the bytes of a regular file as stored, taken from its beginning as far as it is asked for and no further. */

import { FileState } from './file-state.ts';
import type { FileDigest, PrefixHash } from './prefix-hash.ts';
import { RawBytes } from './raw-bytes.ts';

const PIECE_BYTES = 1 << 20;

export class StoredHash implements PrefixHash {
  readonly #hasher = new Bun.CryptoHasher('sha256');
  readonly #state: FileState;
  #raw: RawBytes | undefined;
  #piece: Uint8Array | undefined;
  #bytes = 0;

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
    this.#state = new FileState(name, size);
  }

  /** Bytes that are hashed. */
  get bytes(): number {
    return this.#bytes;
  }

  /** As `offset` counts the bytes of a plain file; Infinity is its end. */
  async prefix(offset: number): Promise<string> {
    await this.#upTo(Math.min(offset, this.#state.size));
    return this.#hasher.copy().digest('hex');
  }

  /** Hashes the next bytes of the file, which somebody else has read. Not once this object has read some itself. */
  take(bytes: Uint8Array): void {
    if (this.#raw !== undefined) throw new Error('these bytes of a file would be hashed out of order');
    this.#hasher.update(bytes);
    this.#bytes += bytes.length;
  }

  async finish(): Promise<FileDigest> {
    const sha256 = await this.prefix(Number.POSITIVE_INFINITY);
    this.close();
    await confirm(this.#state, sha256);
    return { bytes: this.#bytes, sha256 };
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
      const wanted = Math.min(this.#piece.length, end - this.#bytes);
      const read = await this.#raw.read(this.#piece.subarray(0, wanted));
      if (read === 0) {
        this.#state.compare();
        throw this.#state.changedSize(this.#bytes);
      }
      this.#hasher.update(this.#piece.subarray(0, read));
      this.#bytes += read;
    }
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
