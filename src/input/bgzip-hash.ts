/**
 * SHA-256 of a bgzip file as stored. A prefix goes to the end of the block that holds the text's byte before `offset`: heads
 * and trailers of the blocks tell how much text they hold, nothing is inflated.
 *
 * From the first byte on that is no whole block (ordinary gzip behind blocks, or damage) the file counts as one block.
 */

import { nextBlock } from './bgzip-runs.ts';
import type { FileState } from './file-state.ts';
import { BLOCK_MAX_BYTES, trailerLength } from './gzip-member.ts';
import type { FileDigest, PrefixHash } from './prefix-hash.ts';
import { RawBytes } from './raw-bytes.ts';
import { StoredHash } from './stored-hash.ts';
import { Window } from './window.ts';

const WINDOW_BYTES = 1 << 20;

export class BgzipHash implements PrefixHash {
  readonly #stored: StoredHash;
  readonly #raw: RawBytes;
  #window: Window | undefined;
  /** Decompressed bytes of the blocks that are hashed; Infinity once they ended. */
  #text = 0;

  /** As of `StoredHash`. */
  constructor(name: string, size: number) {
    this.#stored = new StoredHash(name, size);
    this.#raw = new RawBytes(name);
  }

  get state(): FileState {
    return this.#stored.state;
  }

  async prefix(offset: number): Promise<string> {
    while (this.#text < offset) if (!(await this.#takeBlock())) this.#leaveBlocks();
    return await this.#stored.prefix(this.#text === Number.POSITIVE_INFINITY ? this.#text : this.#stored.bytes);
  }

  async finish(): Promise<FileDigest> {
    this.#leaveBlocks();
    return await this.#stored.finish();
  }

  close(): void {
    this.#leaveBlocks();
    this.#stored.close();
  }

  /** What is left is read by the hash of the file itself. */
  #leaveBlocks(): void {
    this.#text = Number.POSITIVE_INFINITY;
    this.#raw.close();
    this.#window = undefined;
  }

  async #takeBlock(): Promise<boolean> {
    this.#window ??= new Window(this.#raw, WINDOW_BYTES);
    const window = this.#window;
    const length = await nextBlock(window);
    if (typeof length !== 'number') return false;
    const block = window.view(length);
    const text = trailerLength(block, length);
    if (text > BLOCK_MAX_BYTES) return false;
    this.#stored.take(block);
    window.take(length);
    this.#text += text;
    return true;
  }
}
