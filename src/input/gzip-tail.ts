/**
 * Gzip members from an offset of a file on, read synchronously: what the last record of a run of bgzip blocks may reach
 * into. Only that record's end is read this way, the rest comes as a stream.
 */

import { type Compressed, GzipDecoder } from './gzip-decoder.ts';
import { HEAD_MAX_BYTES } from './gzip-member.ts';
import { readAt } from './open-files.ts';

/** Data given out at a time: little more than is wanted. */
const CHUNK_BYTES = 1 << 16;

export class GzipTail {
  private readonly decoder: GzipDecoder;
  private readonly file: FileWindow;
  private readonly chunk = new Uint8Array(CHUNK_BYTES);

  /**
   * @param at offset in the file of a member, or of what follows the last
   * @param offset decompressed bytes before it
   */
  constructor(name: string, at: number, offset: number) {
    this.file = new FileWindow(name, at);
    this.decoder = new GzipDecoder(offset);
  }

  /** After the end: why the data stop early. */
  get cut(): string | undefined {
    return this.decoder.cut;
  }

  /** The bytes that follow, never none, valid until the next call; undefined at the end. */
  next(): Uint8Array | undefined {
    const { decoder, file, chunk } = this;
    while (!decoder.hasEnded) {
      const bytes = decoder.decode(file, chunk, 0);
      if (bytes > 0) return chunk.subarray(0, bytes);
      if (!decoder.hasEnded) file.more();
    }
    decoder.close();
    return undefined;
  }
}

/** The compressed bytes. Heads have room in it as a whole. */
class FileWindow implements Compressed {
  isLast = false;
  private readonly buffer = new Uint8Array(2 * HEAD_MAX_BYTES);
  private start = 0;
  private end = 0;

  constructor(
    private readonly name: string,
    private at: number,
  ) {}

  view(bytes = this.end - this.start): Uint8Array<ArrayBuffer> {
    return this.buffer.subarray(this.start, Math.min(this.start + bytes, this.end));
  }

  take(bytes: number): void {
    this.start += bytes;
  }

  more(): void {
    this.buffer.copyWithin(0, this.start, this.end);
    this.end -= this.start;
    this.start = 0;
    const read = readAt(this.name, this.buffer, this.end, this.buffer.length - this.end, this.at);
    this.isLast = read === 0;
    this.end += read;
    this.at += read;
  }
}
