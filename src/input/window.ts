/** A window over the raw bytes of an input: a parser sees as many bytes ahead as it asks for, and says how many it took. */

import type { RawBytes } from './raw-bytes.ts';

export class Window {
  private readonly buffer: Uint8Array<ArrayBuffer>;
  private start = 0;
  private end = 0;
  private read = 0;
  private hasEnded = false;

  /** @param capacity bytes that can be seen ahead */
  constructor(
    private readonly raw: RawBytes,
    capacity: number,
  ) {
    this.buffer = new Uint8Array(capacity);
  }

  /** Bytes taken so far. */
  get taken(): number {
    return this.read;
  }

  /** No more bytes will come. */
  get isLast(): boolean {
    return this.hasEnded;
  }

  /** Waits until `bytes` (at most the capacity) can be seen, or the input ends; says whether they can. */
  async fill(bytes: number): Promise<boolean> {
    while (this.end - this.start < bytes) {
      if (this.start + bytes > this.buffer.length) {
        this.buffer.copyWithin(0, this.start, this.end);
        this.end -= this.start;
        this.start = 0;
      }
      const added = await this.raw.read(this.buffer.subarray(this.end));
      if (added === 0) {
        this.hasEnded = true;
        return false;
      }
      this.end += added;
    }
    return true;
  }

  /** The next bytes, at most `bytes` and at most what `fill` brought; valid until the next `fill`. */
  view(bytes = this.end - this.start): Uint8Array<ArrayBuffer> {
    return this.buffer.subarray(this.start, Math.min(this.start + bytes, this.end));
  }

  take(bytes: number): void {
    this.start += bytes;
    this.read += bytes;
    if (this.start === this.end) {
      this.start = 0;
      this.end = 0;
    }
  }

  /** Takes zeros, and says whether a byte is left behind them. */
  async skipZeros(): Promise<boolean> {
    while (await this.fill(1)) {
      const bytes = this.view();
      const zeros = bytes.findIndex((byte) => byte !== 0);
      this.take(zeros < 0 ? bytes.length : zeros);
      if (zeros >= 0) return true;
    }
    return false;
  }
}
