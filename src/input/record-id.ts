/**
 * The name of a record: the first word of its header, made safe to print and to put into a table.
 *
 * The word ends at a space, a tab or the end of the line. Control characters (U+0000 to 001F, 007F to 009F) are written
 * `\xhh`, so that no name can drive a terminal or break a row. Everything else stays as it is; bytes that are not UTF-8
 * become U+FFFD. A header without a word gives `unnamed_N`.
 */

import { UserError } from '../system/errors.ts';
import { CR, LF, SPACE, TAB, TILDE } from './letters.ts';

/** The longest word, in bytes: beyond it the file is no FASTA or FASTQ, and the name would fill the memory. */
const MAX_WORD_BYTES = 1 << 20;

// biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is its purpose
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/g;

/** Collects the word of one header after the other, over any cuts into blocks. */
export class HeaderWord {
  /** `[0, length)` is the word; once `finish` or `number` was called, the name as it is printed. Changes: ask again. */
  bytes: Buffer;
  length = 0;
  /** Of the finished word: it holds a `>` behind a CR. */
  holdsRecords = false;
  /** What `bytes` is, but for names that are not printed as they are read. */
  private own = Buffer.alloc(256);
  /** Where the word holds its first byte that is not printable ASCII; beyond the word when it has none. */
  private oddAt = Number.POSITIVE_INFINITY;

  constructor() {
    this.bytes = this.own;
  }

  clear(): void {
    this.bytes = this.own;
    this.length = 0;
    this.oddAt = Number.POSITIVE_INFINITY;
  }

  /**
   * Takes over the word's bytes from `block[start, end)`.
   *
   * @param line of the header, from 1, for errors
   * @returns where the word ended: the position of a space, tab or LF, or `end` when it may go on
   */
  take(block: Uint8Array, start: number, end: number, file: string, line: number): number {
    let p = start;
    if (this.length === 0) while (p < end && (block[p] === SPACE || block[p] === TAB)) p++;
    let bytes = this.bytes;
    let length = this.length;
    for (; p < end; p++) {
      const byte = block[p]!;
      if (byte <= SPACE || byte > TILDE) {
        if (byte === LF || byte === SPACE || byte === TAB) break;
        if (length < this.oddAt) this.oddAt = length;
      }
      if (length === bytes.length) bytes = this.grow(file, line);
      bytes[length++] = byte;
    }
    this.length = length;
    return p;
  }

  /**
   * The word is complete: makes it safe to print.
   *
   * @param atLineEnd the word ended with its line, so a CR at its end belongs to the line end
   * @returns false when there is no word: its name is to be given by `number`
   */
  finish(atLineEnd: boolean): boolean {
    if (atLineEnd) while (this.length > 0 && this.bytes[this.length - 1] === CR) this.length--;
    this.holdsRecords = this.length > this.oddAt && this.bytes.subarray(0, this.length).includes('\r>');
    if (this.length > this.oddAt) this.become(escaped(this.bytes.toString('utf8', 0, this.length)));
    return this.length > 0;
  }

  /** Leaves of a word that holds a CR what stands before it; false where that is nothing. */
  endAtReturn(): boolean {
    this.length = this.own.indexOf(CR);
    this.bytes = this.own;
    if (this.length > this.oddAt) this.become(escaped(this.bytes.toString('utf8', 0, this.length)));
    return this.length > 0;
  }

  /** Names a record without a word by its number in the run, from 1. */
  number(number: number): void {
    this.become(`unnamed_${number}`);
  }

  private become(text: string): void {
    this.bytes = Buffer.from(text, 'utf8');
    this.length = this.bytes.length;
  }

  private grow(file: string, line: number): Buffer {
    if (this.own.length >= MAX_WORD_BYTES) {
      throw new UserError(
        'the name of a record goes on for more than 1 MiB',
        'This does not look like FASTA or FASTQ; check that the file is what you meant.',
        { file, line },
      );
    }
    this.own = Buffer.concat([this.own], this.own.length * 2);
    this.bytes = this.own;
    return this.own;
  }
}

function escaped(name: string): string {
  return name.replace(CONTROL, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
