/** An input that is read from one end to the other: decompressed where it is compressed, in blocks, in bounded memory. */

import { CONTAINER_HEAD_BYTES, containerOf } from './container.ts';
import { GzipStream } from './gzip-stream.ts';
import { RawBytes } from './raw-bytes.ts';
import { Window } from './window.ts';
import { ZstdStream } from './zstd-stream.ts';

export const STREAM_BLOCK_BYTES = 1 << 20;
const WINDOW_BYTES = 1 << 19;

export interface StreamOptions {
  /** Offset in the file of a gzip member to begin with; only for regular files. As in `BgzipRest`, like `skip` and `offset`. */
  readonly from?: number;
  /** Decompressed bytes to leave out at the start. */
  readonly skip?: number;
  /** Decompressed bytes of the file before the first that is given out, for sentences. */
  readonly offset?: number;
  /** Take the SHA-256 of the raw bytes. */
  readonly sha256?: boolean;
}

export class InputStream {
  private readonly raw: RawBytes;
  private readonly window: Window;
  private isStarted = false;
  private sentence: string | undefined;

  constructor(
    readonly name: string,
    private readonly options: StreamOptions,
  ) {
    const { from = 0, sha256 = false } = options;
    this.raw = new RawBytes(name, { from, sha256 });
    this.window = new Window(this.raw, WINDOW_BYTES);
  }

  /** Offset in the file of what was read so far; with `from`, it begins there. */
  get rawBytes(): number {
    return this.raw.bytes;
  }

  /** After the last block: why the data stop early, as a sentence without a full stop; undefined where they are whole. */
  get cut(): string | undefined {
    return this.sentence;
  }

  /** SHA-256 of all raw bytes in hexadecimal, after the last block. */
  digest(): string {
    return this.raw.digest();
  }

  /**
   * All bytes in order, once, in blocks of `STREAM_BLOCK_BYTES` but for the last. A block is valid until the next is asked
   * for; that one is made in the meantime.
   *
   * @throws UserError where the input cannot be read
   */
  async *blocks(): AsyncGenerator<Uint8Array, void, undefined> {
    if (this.isStarted) throw new Error('an input is read only once');
    this.isStarted = true;
    const buffers = [new Uint8Array(STREAM_BLOCK_BYTES), new Uint8Array(STREAM_BLOCK_BYTES)] as const;
    try {
      const data = await this.open();
      await this.leaveOut(data, buffers[0]);
      let turn = 0;
      let pending = filled(data, buffers[0]);
      for (;;) {
        const block = await pending;
        if (block.length === 0) break;
        turn = 1 - turn;
        pending = filled(data, buffers[turn]!);
        // It may fail while the caller works on the block before it; the error is met when the block is awaited, not earlier.
        pending.catch(() => undefined);
        yield block;
      }
      this.sentence = data.cut;
      // The digest is of the whole input, whatever could be read of it.
      if (this.options.sha256 === true) await this.raw.drain();
    } finally {
      this.raw.close();
    }
  }

  private async open(): Promise<Data> {
    const { from = 0, skip = 0, offset = 0 } = this.options;
    const { window } = this;
    await window.fill(CONTAINER_HEAD_BYTES);
    const container = from > 0 ? 'gzip' : containerOf(window.view(), this.name);
    if (container === 'plain') return new PlainStream(window);
    return container === 'zstd' ? new ZstdStream(window, this.name) : new GzipStream(window, offset - skip);
  }

  private async leaveOut(data: Data, scratch: Uint8Array): Promise<void> {
    for (let left = this.options.skip ?? 0; left > 0; ) {
      const bytes = await data.read(scratch.subarray(0, Math.min(left, scratch.length)), 0);
      if (bytes === 0) return;
      left -= bytes;
    }
  }
}

export function openStream(name: string, options: StreamOptions = {}): InputStream {
  return new InputStream(name, options);
}

/** Decompressed bytes in order. */
interface Data {
  /** After the end: why they stop early. */
  readonly cut: string | undefined;
  /** Writes to `output[from, …)`, at least one byte; 0 at the end. */
  read(output: Uint8Array, from: number): Promise<number>;
}

class PlainStream implements Data {
  readonly cut = undefined;

  constructor(private readonly window: Window) {}

  async read(output: Uint8Array, from: number): Promise<number> {
    const { window } = this;
    await window.fill(1);
    const bytes = window.view(output.length - from);
    output.set(bytes, from);
    window.take(bytes.length);
    return bytes.length;
  }
}

/** The next bytes, as many as the buffer holds but at the end. */
async function filled(data: Data, buffer: Uint8Array): Promise<Uint8Array> {
  let end = 0;
  while (end < buffer.length) {
    const bytes = await data.read(buffer, end);
    if (bytes === 0) break;
    end += bytes;
  }
  return buffer.subarray(0, end);
}
