/**
 * The lines of a FASTQ file, and at which of them a record begins.
 *
 * Offsets named `…At` and `…End`, and those given and returned, count from the window's first unread byte, because reading
 * on moves the bytes.
 */

import { UserError } from '../system/errors.ts';
import type { BaseRegion } from './base-region.ts';
import type { ByteWindow } from './byte-window.ts';
import type { InputSpace } from './input-space.ts';
import { AT, BLANK, hasMark, LF, MARK, MARK_BYTES, PLUS } from './letters.ts';
import type { InputKernel } from './record.ts';

const GIB = 2 ** 30;

export class FastqLines {
  /** Lines passed over; one that the end of the file left without a line feed is not counted. */
  count = 0;
  /** Where the line behind a header ends; set by `startsRecord` when it holds. */
  sequenceEnd = 0;
  private readonly kernel: InputKernel;
  private readonly window: ByteWindow;
  private readonly bases: BaseRegion;
  private readonly longestRead: number;

  /** @param file path as typed, for errors */
  constructor(
    space: InputSpace,
    private readonly file: string,
  ) {
    this.kernel = space.kernel;
    this.window = space.window;
    this.bases = space.record.bases;
    this.longestRead = space.sizes.longestRead;
  }

  /** Nothing is left to read. */
  get ended(): boolean {
    return this.window.at === this.window.end && !this.more();
  }

  /** A record begins at a line that begins with `@` and ends at `headerEnd`. */
  startsRecord(headerEnd: number): boolean {
    const below = this.byteAt(headerEnd + 1);
    if (below === AT || below === PLUS || below < 0) return false;
    this.sequenceEnd = this.lineEnd(headerEnd + 1);
    return this.byteAt(this.sequenceEnd + 1) === PLUS;
  }

  /** Where the `@` is of a line that begins at `lineAt` with it, a byte order mark aside; -1 when it begins otherwise. */
  sign(lineAt: number): number {
    const first = this.byteAt(lineAt);
    if (first === AT) return lineAt;
    if (first !== MARK || this.byteAt(lineAt + MARK_BYTES) !== AT) return -1;
    const { window } = this;
    return hasMark(this.kernel.memory, window.at + lineAt, window.end) ? lineAt + MARK_BYTES : -1;
  }

  /** -1 at the end of the file. */
  byteAt(offset: number): number {
    const { window } = this;
    while (window.at + offset >= window.end) if (!this.more()) return -1;
    return this.kernel.memory[window.at + offset]!;
  }

  /** Where the first LF at or behind `from` is; the end of the file when there is none. */
  lineEnd(from: number): number {
    const { window } = this;
    let searched = from;
    for (;;) {
      if (window.at + searched < window.end) {
        const found = this.kernel.findByte(window.at + searched, window.end, LF);
        if (found < window.end) return found - window.at;
        searched = window.end - window.at;
      }
      if (!this.more()) return Math.max(searched, window.end - window.at);
    }
  }

  skipBlankLine(): boolean {
    let length = 0;
    while (BLANK[this.byteAt(length)] === 1) length++;
    const behind = this.byteAt(length);
    if (behind >= 0 && behind !== LF) return false;
    this.pass(behind < 0 ? length : length + 1, behind < 0 ? 0 : 1);
    return true;
  }

  /** Goes on behind the next LF or to the end of the file; true when the line holds more than blanks. */
  skipLine(): boolean {
    const { window } = this;
    let text = false;
    while (window.at < window.end || this.more()) {
      const { memory } = this.kernel;
      const lineEnd = this.kernel.findByte(window.at, window.end, LF);
      for (let p = window.at; !text && p < lineEnd; p++) text = BLANK[memory[p]!] === 0;
      if (lineEnd < window.end) {
        window.at = lineEnd + 1;
        this.count++;
        return text;
      }
      window.at = window.end;
    }
    return text;
  }

  /** Brings bytes behind those that are unread; false at the end of the file. */
  private more(): boolean {
    const { window } = this;
    const unread = window.end - window.at;
    this.bases.announce(unread);
    if (unread >= this.longestRead) {
      throw new UserError(
        `a record goes on for more than ${this.longestRead / GIB} GiB`,
        'A FASTQ record has four lines; check that the file is what you meant, or give long sequences as FASTA.',
        { file: this.file, line: this.count + 1 },
      );
    }
    return window.more();
  }

  pass(bytes: number, lines: number): void {
    this.window.at += bytes;
    this.count += lines;
  }

  /** The last line that was passed over. */
  lastLine(): number {
    const { window } = this;
    const withinLine = window.at === window.end && window.lastByte !== LF;
    return this.count - (withinLine ? 0 : 1);
  }
}
