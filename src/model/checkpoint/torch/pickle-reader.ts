/** A cursor over the bytes of a pickle; every length is compared with what is left before anything is made of it. */

import { PickleProblem } from './pickle-problem.ts';

/** Longest line of an opcode with a text argument (protocol 0). */
const MAX_LINE_BYTES = 1 << 16;
const NEWLINE = 0x0a;

export class PickleReader {
  /** Byte position of what is read next. */
  at = 0;
  readonly #view: DataView;
  readonly #utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

  constructor(private readonly bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  uint8(): number {
    return this.bytes[this.#skip(1)]!;
  }

  uint16(): number {
    return this.#view.getUint16(this.#skip(2), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#skip(4), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#skip(4), true);
  }

  /** Beyond 2^53 it is rounded, far above what can be left. */
  uint64(): number {
    return Number(this.#view.getBigUint64(this.#skip(8), true));
  }

  /** Big-endian, alone in the format. */
  float64(): number {
    return this.#view.getFloat64(this.#skip(8), false);
  }

  take(count: number): Uint8Array {
    const start = this.#skip(count);
    return this.bytes.subarray(start, start + count);
  }

  text(bytes: number): string {
    return this.decode(this.take(bytes));
  }

  decode(bytes: Uint8Array): string {
    try {
      return this.#utf8.decode(bytes);
    } catch {
      throw new PickleProblem('a text is not UTF-8');
    }
  }

  /** Up to the next newline, which is skipped. */
  line(): Uint8Array {
    const found = this.bytes.subarray(this.at, this.at + MAX_LINE_BYTES).indexOf(NEWLINE);
    if (found < 0) throw new PickleProblem('a line has no end');
    const line = this.take(found);
    this.at++;
    return line;
  }

  #skip(count: number): number {
    if (count > this.left) throw new PickleProblem(`needs ${count} bytes where ${this.left} are left`);
    const start = this.at;
    this.at += count;
    return start;
  }
}
