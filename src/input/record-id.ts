/**
 * The name of a record: the first word of its header, made safe to print and to put into a table.
 *
 * The word ends at a space, a tab or the end of the line. Control characters (U+0000 to 001F, 007F to 009F) are written
 * `\xhh`, so that no name can drive a terminal or break a row. Everything else stays as it is; bytes that are not UTF-8
 * become U+FFFD. A header without a word gives `unnamed_N`.
 */

import { UserError } from '../system/errors.ts';
import { CR, LF, SPACE, TAB, TILDE } from './letters.ts';

/** The longest word, in bytes: beyond it the file is no FASTA, and the name would fill the memory. */
const MAX_WORD_BYTES = 1 << 20;

// biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is its purpose
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/g;

/** Collects the word of one header after the other, over any cuts into blocks. */
export class HeaderWord {
  private bytes = Buffer.alloc(256);
  private length = 0;
  /** Where the word holds its first byte that is not printable ASCII; beyond the word when it has none. */
  private oddAt = Number.POSITIVE_INFINITY;

  clear(): void {
    this.length = 0;
    this.oddAt = Number.POSITIVE_INFINITY;
  }

  /**
   * Takes over the word's bytes from `block[start, …)`.
   *
   * @param line of the header, for errors
   * @returns where the word ended: the position of a space, tab or LF, or the block's length when it may go on
   */
  take(block: Uint8Array, start: number, file: string, line: number): number {
    let p = start;
    if (this.length === 0) while (block[p] === SPACE || block[p] === TAB) p++;
    for (; p < block.length; p++) {
      const byte = block[p]!;
      if (byte === LF || byte === SPACE || byte === TAB) break;
      if (this.length === this.bytes.length) this.grow(file, line);
      if ((byte < SPACE || byte > TILDE) && this.length < this.oddAt) this.oddAt = this.length;
      this.bytes[this.length++] = byte;
    }
    return p;
  }

  /**
   * @param number of the record in the run, from 1
   * @param atLineEnd the word ended with its line, so a CR at its end belongs to the line end
   */
  name(number: number, atLineEnd: boolean): string {
    let length = this.length;
    if (atLineEnd) while (length > 0 && this.bytes[length - 1] === CR) length--;
    if (length === 0) return `unnamed_${number}`;
    if (length <= this.oddAt) return this.bytes.toString('latin1', 0, length);
    return this.bytes
      .toString('utf8', 0, length)
      .replace(CONTROL, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
  }

  private grow(file: string, line: number): void {
    if (this.bytes.length >= MAX_WORD_BYTES) {
      throw new UserError(
        'the name of a record goes on for more than 1 MiB',
        'This does not look like FASTA; check that the file is what you meant.',
        { file, line },
      );
    }
    this.bytes = Buffer.concat([this.bytes], this.bytes.length * 2);
  }
}
