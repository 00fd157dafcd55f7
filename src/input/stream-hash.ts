/**
 * SHA-256 of an input that main reads from one end to the other: gzip, zstd, pipes.
 *
 * Prefixes are of the text, decompressed, because where in the compressed bytes a place of the text lies depends on how
 * much a read brings. They go to the end of the block in which `offset` lies; blocks have one size but the last
 * (`STREAM_BLOCK_BYTES`), so that follows from the text alone. `finish` is of the bytes as stored.
 *
 * What is hashed is what was read. That a file changed is told with the next hash all the same, because nobody knows what a
 * mixture of two files means; once all of it was read it may change.
 */

import { changedSize, type FileState } from './file-state.ts';
import type { FileDigest, PrefixHash } from './prefix-hash.ts';
import { confirm } from './stored-hash.ts';

interface BlockEnd {
  /** Offset in the text behind the block. */
  readonly offset: number;
  /** Of the text up to there. */
  readonly sha256: string;
}

export class StreamHash implements PrefixHash {
  readonly #hasher = new Bun.CryptoHasher('sha256');
  /** Ends of blocks that may be asked for, in order; never empty. */
  readonly #ends: BlockEnd[] = [{ offset: 0, sha256: this.#hasher.copy().digest('hex') }];
  #offset = 0;
  #whole: FileDigest | undefined;
  #isConfirmed = false;

  /** @param state undefined for a pipe */
  constructor(readonly state: FileState | undefined) {}

  /** The next block of the text, all of them before its records are looked at. */
  take(block: Uint8Array): void {
    this.#hasher.update(block);
    this.#offset += block.length;
    this.#ends.push({ offset: this.#offset, sha256: this.#hasher.copy().digest('hex') });
  }

  /** @param whole all bytes as stored, also those behind damage */
  end(whole: FileDigest): void {
    this.#whole = whole;
  }

  async prefix(offset: number): Promise<string> {
    while (this.#ends.length > 1 && this.#ends[0]!.offset < offset) this.#ends.shift();
    const [end] = this.#ends;
    if (end === undefined || (end.offset < offset && offset !== Number.POSITIVE_INFINITY)) {
      throw new Error(`a place ${offset} bytes into a stream of which ${this.#offset} were read`);
    }
    await this.#check();
    return end.sha256;
  }

  async finish(): Promise<FileDigest> {
    if (this.#whole === undefined) throw new Error('the hash of a stream is not known before its end');
    await this.#check();
    return this.#whole;
  }

  close(): void {}

  async #check(): Promise<void> {
    const { state } = this;
    if (state === undefined || this.#isConfirmed) return;
    if (this.#whole === undefined) {
      state.compare();
      return;
    }
    const { bytes, sha256 } = this.#whole;
    if (bytes !== state.size) throw changedSize(state.name, state.size, bytes);
    await confirm(state, sha256);
    this.#isConfirmed = true;
  }
}
