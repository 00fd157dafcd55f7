/**
 * Decompresses zstd: any number of frames, skippable ones among them.
 *
 * Blocks (at most 128 KiB of data) before a truncation all come out; of broken data, up to `PIECE_BYTES` compressed bytes
 * before the damage are lost.
 */

import { EXIT, UserError } from '../system/errors.ts';
import { brokenOff, damagedAfter, strayBytes } from './cuts.ts';
import { DamagedData, Inflater } from './inflater.ts';
import type { Window } from './window.ts';
import { ZstdFrames } from './zstd-frames.ts';

const PIECE_BYTES = 1 << 14;
const WINDOW_TOO_LARGE = 'ZSTD_error_frameParameter_windowTooLarge';

export class ZstdStream {
  /** After the end: why the data stop early. */
  cut: string | undefined;
  private bytes = 0;
  private readonly frames = new ZstdFrames();
  private readonly inflater = Inflater.zstd();
  /** Bytes at the start of the window that were found to belong to frames. */
  private sound = 0;
  private hasStray = false;
  private hasEnded = false;

  /** @param name of the file as typed, for errors */
  constructor(
    private readonly window: Window,
    private readonly name: string,
  ) {}

  /** Writes data to `output[from, …)`, at least one byte; 0 at the end. */
  async read(output: Uint8Array, from: number): Promise<number> {
    while (!this.hasEnded) {
      if (this.sound === 0 && !this.hasStray && (await this.window.fill(1))) this.follow();
      const bytes = this.inflate(output, from);
      if (bytes > 0) return bytes;
    }
    return 0;
  }

  private follow(): void {
    const piece = this.window.view(PIECE_BYTES);
    this.sound = this.frames.follow(piece);
    this.hasStray = this.sound < piece.length;
  }

  private inflate(output: Uint8Array, from: number): number {
    const { inflater, window } = this;
    try {
      inflater.step(window.view(this.sound), output, from);
    } catch (error) {
      if (!(error instanceof DamagedData)) throw error;
      if (error.code === WINDOW_TOO_LARGE) throw this.windowTooLarge();
      this.end(damagedAfter('zstd', this.bytes, 'invalid data'));
      return 0;
    }
    const { given, taken } = inflater;
    window.take(taken);
    this.sound -= taken;
    this.bytes += given;
    if (given === 0 && taken === 0) this.end(this.whyEnded());
    return given;
  }

  /** Nothing more comes out of what there is. */
  private whyEnded(): string | undefined {
    if (this.sound > 0) return damagedAfter('zstd', this.bytes, 'invalid data');
    if (this.hasStray) return strayBytes('zstd', this.bytes);
    return this.frames.isAtEnd ? undefined : brokenOff('zstd', this.bytes);
  }

  private end(cut: string | undefined): void {
    this.cut = cut;
    this.hasEnded = true;
    this.inflater.close();
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
