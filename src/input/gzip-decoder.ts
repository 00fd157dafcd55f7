/**
 * Decompresses gzip, whoever reads the file: any number of members, bgzip blocks among them, and zeros between or behind
 * them.
 *
 * Members are told apart here, not by zlib's own gunzip: that one drops what came before a damaged trailer or stray bytes,
 * and does not tell a truncated file from a whole one. Checksums are verified here too. Data before a truncation come out
 * to the last byte; of a broken piece of deflate data, up to `PIECE_BYTES` compressed bytes before the damage are lost. A
 * bgzip block is checked before anything of it comes out.
 */

import { crc32 } from 'node:zlib';
import { brokenOff, damagedAfter, damagedBefore, strayBytes } from './cuts.ts';
import { inflateBlock, memberHead, TRAILER_BYTES, trailerCheck, trailerLength } from './gzip-member.ts';
import { DamagedData, Inflater } from './inflater.ts';

/** Inflated at a time: little is lost by damage, and a step costs a microsecond. */
const PIECE_BYTES = 1 << 14;
const NOTHING = new Uint8Array(0);

/** Compressed bytes, as a window that its reader fills. */
export interface Compressed {
  /** The next bytes, at most `bytes` of them. */
  view(bytes?: number): Uint8Array<ArrayBuffer>;
  take(bytes: number): void;
  /** No more bytes will come. */
  readonly isLast: boolean;
}

export class GzipDecoder {
  /** After the end: why the data stop early. */
  cut: string | undefined;
  /** Nothing more will come out. */
  hasEnded = false;
  private part: 'first head' | 'head' | 'block' | 'data' | 'trailer' = 'first head';
  /** What is left of a block. */
  private block: Uint8Array = NOTHING;
  private readonly inflater = Inflater.deflate();
  /** Of the member's data so far. */
  private check = 0;
  private length = 0;

  /** @param bytes decompressed bytes before the first, for sentences */
  constructor(private bytes: number) {}

  /**
   * Writes data to `output[from, …)`.
   *
   * @returns bytes written; 0 where more than `input` holds is needed first, or nothing will come any more (`hasEnded`)
   */
  decode(input: Compressed, output: Uint8Array, from: number): number {
    let to = from;
    while (to < output.length && !this.hasEnded) {
      const before = to;
      let isHungry = false;
      if (this.part === 'block') to += this.giveBlock(output, to);
      else if (this.part === 'data') {
        isHungry = this.inflate(input, output, to);
        to += this.inflater.given;
        this.count(output, before, to);
      } else isHungry = this.part === 'trailer' ? this.readTrailer(input) : this.readHead(input);
      if (isHungry) break;
    }
    return to - from;
  }

  close(): void {
    this.inflater.close();
  }

  /** As all parts: true where more bytes are needed. */
  private readHead(input: Compressed): boolean {
    const bytes = input.view();
    if (bytes.length === 0) return input.isLast ? this.end() : true;
    // Tapes and some tools pad with zeros; the first member has none before it.
    if (bytes[0] === 0 && this.part === 'head') {
      const zeros = bytes.findIndex((byte) => byte !== 0);
      input.take(zeros < 0 ? bytes.length : zeros);
      return false;
    }
    const head = memberHead(bytes);
    if (head === 'none') return this.end(strayBytes('gzip', this.bytes));
    if (head === 'short') return input.isLast ? this.end(brokenOff('gzip', this.bytes)) : true;
    const { blockBytes } = head;
    if (blockBytes !== undefined && bytes.length < blockBytes && !input.isLast) return true;
    if (blockBytes !== undefined && bytes.length >= blockBytes) return this.readBlock(input, blockBytes);
    input.take(head.bytes);
    this.inflater.reset();
    this.check = 0;
    this.length = 0;
    this.part = 'data';
    return false;
  }

  private readBlock(input: Compressed, length: number): false {
    const block = inflateBlock(input.view(length));
    if (block === undefined) return this.end(damagedAfter('gzip', this.bytes, 'incorrect data check'));
    input.take(length);
    this.block = block;
    this.part = 'block';
    return false;
  }

  private giveBlock(output: Uint8Array, to: number): number {
    const bytes = this.block.subarray(0, output.length - to);
    output.set(bytes, to);
    this.bytes += bytes.length;
    this.block = this.block.subarray(bytes.length);
    if (this.block.length === 0) this.part = 'head';
    return bytes.length;
  }

  private inflate(input: Compressed, output: Uint8Array, to: number): boolean {
    const { inflater } = this;
    const piece = input.view(PIECE_BYTES);
    inflater.given = 0;
    // Even without further bytes there may be data to come out for which there was no room.
    if (piece.length === 0 && !input.isLast) return true;
    try {
      inflater.step(piece.length === 0 ? NOTHING : piece, output, to);
    } catch (error) {
      if (!(error instanceof DamagedData)) throw error;
      return this.end(damagedAfter('gzip', this.bytes, 'invalid data'));
    }
    input.take(inflater.taken);
    if (inflater.taken < piece.length && inflater.given < output.length - to) this.part = 'trailer';
    else if (piece.length === 0 && inflater.given === 0) this.end(brokenOff('gzip', this.bytes));
    return false;
  }

  private count(output: Uint8Array, from: number, to: number): void {
    if (from === to) return;
    this.check = crc32(output.subarray(from, to), this.check);
    this.length += to - from;
    this.bytes += to - from;
  }

  private readTrailer(input: Compressed): boolean {
    const bytes = input.view(TRAILER_BYTES);
    if (bytes.length < TRAILER_BYTES) return input.isLast ? this.end(brokenOff('gzip', this.bytes)) : true;
    const fits =
      trailerCheck(bytes, TRAILER_BYTES) === this.check &&
      trailerLength(bytes, TRAILER_BYTES) === this.length % 2 ** 32;
    if (!fits) return this.end(damagedBefore('gzip', this.bytes, 'incorrect data check'));
    input.take(TRAILER_BYTES);
    this.part = 'head';
    return false;
  }

  private end(cut?: string): false {
    this.cut = cut;
    this.hasEnded = true;
    return false;
  }
}
