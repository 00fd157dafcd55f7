/**
 * Ordinary gzip members from an offset of a file on, inflated synchronously: what the last record of a run of bgzip blocks
 * may reach into. Only that record's end is read this way, the rest comes as a stream.
 *
 * Nothing at hand inflates piece by piece without waiting. So a member is inflated from its start again and again, each
 * time with twice the compressed bytes: work and memory stay in proportion to what is read.
 */

import { crc32 } from 'node:zlib';
import { brokenOff, damagedAfter, strayBytes } from './cuts.ts';
import { HEAD_MAX_BYTES, memberHead, TRAILER_BYTES, trailerCheck, trailerLength } from './gzip-member.ts';
import { inflateStart } from './inflate-start.ts';
import { readAt } from './open-files.ts';

const FIRST_BYTES = 1 << 12;
const SCAN_BYTES = 1 << 16;
/** The most that zlib gives at once. */
const INFLATED_MAX_BYTES = 2 ** 32 - 1;

export class GzipTail {
  /** After the end: why the data stop early. */
  cut: string | undefined;
  private ended = false;
  /** Compressed bytes to inflate the member at `at` with. */
  private size = FIRST_BYTES;
  /** Decompressed bytes of that member given out. */
  private given = 0;

  /**
   * @param at offset in the file of a member, or of what follows the last
   * @param offset decompressed bytes before it
   */
  constructor(
    private readonly name: string,
    private at: number,
    private offset: number,
  ) {}

  /** The bytes that follow, never none; undefined at the end. */
  next(): Uint8Array | undefined {
    while (!this.ended) {
      const bytes = this.step();
      if (bytes !== undefined && bytes.length > 0) return bytes;
    }
    return undefined;
  }

  private step(): Uint8Array | undefined {
    const member = this.peek(this.size + HEAD_MAX_BYTES);
    if (member.length === 0) return this.end();
    const head = memberHead(member);
    if (head === 'short') return this.end(brokenOff('gzip', this.offset));
    if (head === 'none') {
      if (!this.skipsZeros()) this.end(strayBytes('gzip', this.offset));
      return undefined;
    }
    const inflated = inflateStart(member.subarray(head.bytes), INFLATED_MAX_BYTES);
    if (inflated === undefined) return this.end(this.damaged('invalid data'));
    const isNew = inflated.bytes.subarray(this.given);
    const trailerEnd = head.bytes + (inflated.taken ?? Number.POSITIVE_INFINITY) + TRAILER_BYTES;
    if (trailerEnd > member.length) {
      this.given = inflated.bytes.length;
      if (member.length < this.size + HEAD_MAX_BYTES) this.end(brokenOff('gzip', this.offset + this.given));
      this.size *= 2;
      return isNew;
    }
    if (
      crc32(inflated.bytes) !== trailerCheck(member, trailerEnd) ||
      inflated.bytes.length % 2 ** 32 !== trailerLength(member, trailerEnd)
    ) {
      return this.end(this.damaged('incorrect data check'));
    }
    this.at += trailerEnd;
    this.offset += inflated.bytes.length;
    this.given = 0;
    this.size = FIRST_BYTES;
    return isNew;
  }

  private damaged(why: string): string {
    return damagedAfter('gzip', this.offset + this.given, why);
  }

  private end(cut?: string): undefined {
    this.cut = cut;
    this.ended = true;
  }

  private peek(bytes: number): Uint8Array {
    const buffer = new Uint8Array(bytes);
    let end = 0;
    while (end < bytes) {
      const read = readAt(this.name, buffer, end, bytes - end, this.at + end);
      if (read === 0) break;
      end += read;
    }
    return buffer.subarray(0, end);
  }

  /** Goes behind the zeros that begin here; false where there are none. */
  private skipsZeros(): boolean {
    const start = this.at;
    for (let zeros = -1; zeros < 0; ) {
      const bytes = this.peek(SCAN_BYTES);
      if (bytes.length === 0) break;
      zeros = bytes.findIndex((byte) => byte !== 0);
      this.at += zeros < 0 ? bytes.length : zeros;
    }
    return this.at > start;
  }
}
