/**
 * Decompresses zstd: any number of frames, skippable ones among them.
 *
 * Blocks (at most 128 KiB of data) before a truncation all come out; of broken data, up to `PIECE_BYTES` compressed bytes
 * before the damage are lost.
 */

import { createZstdDecompress } from 'node:zlib';
import { EXIT, UserError } from '../system/errors.ts';
import { brokenOff, damagedAfter, strayBytes } from './cuts.ts';
import { inflaterCode, pump } from './pump.ts';
import type { Window } from './window.ts';
import { ZstdFrames } from './zstd-frames.ts';

const PIECE_BYTES = 1 << 18;
const CHUNK_BYTES = 1 << 20;
const WINDOW_TOO_LARGE = 'ZSTD_error_frameParameter_windowTooLarge';

export class ZstdStream {
  /** After the end: why the data stop early. */
  cut: string | undefined;
  private bytes = 0;

  /** @param name of the file as typed, for errors */
  constructor(
    private readonly window: Window,
    private readonly name: string,
  ) {}

  /** Chunks of any length. */
  async *chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    const { window } = this;
    const frames = new ZstdFrames();
    let hasStray = false;
    let isRefused = false;
    const chunks = pump(createZstdDecompress({ chunkSize: CHUNK_BYTES }), async (feed) => {
      while (!hasStray && !isRefused && (await window.fill(1))) {
        const piece = window.view(PIECE_BYTES);
        const sound = frames.follow(piece);
        hasStray = sound < piece.length;
        if (sound > 0) isRefused = (await feed(piece.subarray(0, sound))) < sound;
        window.take(sound);
      }
    });
    try {
      for await (const chunk of chunks) {
        this.bytes += chunk.length;
        yield chunk;
      }
    } catch (error) {
      const code = inflaterCode(error);
      if (code === undefined) throw error;
      if (code === WINDOW_TOO_LARGE) throw this.windowTooLarge();
      this.cut = damagedAfter('zstd', this.bytes, 'invalid data');
      return;
    }
    if (isRefused) this.cut = damagedAfter('zstd', this.bytes, 'invalid data');
    else if (hasStray) this.cut = strayBytes('zstd', this.bytes);
    else if (!frames.isAtEnd) this.cut = brokenOff('zstd', this.bytes);
  }

  private windowTooLarge(): UserError {
    const file = this.name === '-' ? '' : ` ${this.name}`;
    return new UserError(
      'the zstd data were compressed with a window of more than 128 MiB',
      `Decompress it first: zstd -d --long=31 -c${file} | virnucpro …`,
      { file: this.name },
      EXIT.usage,
    );
  }
}
