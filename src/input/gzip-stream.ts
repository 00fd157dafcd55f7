/**
 * Decompresses gzip: any number of members, bgzip blocks among them, and zeros between or behind them.
 *
 * Members are told apart here, not by zlib's own gunzip: that one drops what came before a damaged trailer or stray bytes,
 * and does not tell a truncated file from a whole one. Checksums are verified here too. Data before a truncation come out
 * to the last byte; of a broken piece of deflate data, up to `PIECE_BYTES` compressed bytes before the damage are lost.
 */

import { constants, crc32, createInflateRaw } from 'node:zlib';
import { brokenOff, damagedAfter, damagedBefore, strayBytes } from './cuts.ts';
import { HEAD_MAX_BYTES, inflateBlock, memberHead, TRAILER_BYTES, trailerCheck, trailerLength } from './gzip-member.ts';
import { inflateStart } from './inflate-start.ts';
import { inflaterCode, pump } from './pump.ts';
import type { Window } from './window.ts';

/** Fed at a time: the first pieces of a member are small, so that damage in a small file costs little of it. */
const PIECE_BYTES = 1 << 18;
const FIRST_PIECE_BYTES = 1 << 10;
/** What comes out at a time. */
const CHUNK_BYTES = 1 << 20;
/** Members of no more bytes, before and after, are inflated at once: setting up a stream for each would take longer. */
const SMALL_BYTES = { compressed: 1 << 17, inflated: 1 << 20 } as const;

export class GzipStream {
  /** After the end: why the data stop early. */
  cut: string | undefined;
  /** Decompressed bytes up to the end of what was given out. */
  private bytes: number;
  private triesSmall = true;

  /**
   * @param window capacity `HEAD_MAX_BYTES` or more
   * @param offset decompressed bytes before the window's first
   */
  constructor(
    private readonly window: Window,
    offset: number,
  ) {
    this.bytes = offset;
  }

  /** Chunks of any length. */
  async *chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    while (this.cut === undefined) {
      let head = memberHead(this.window.view());
      if (head === 'short') {
        await this.window.fill(HEAD_MAX_BYTES);
        if (this.window.view().length === 0) return;
        head = memberHead(this.window.view());
      }
      if (head === 'none') {
        // Tapes and some tools pad with zeros; the first member has none before it.
        const isPadded = this.window.taken > 0 && this.window.view(1)[0] === 0;
        if (isPadded && !(await this.window.skipZeros())) return;
        if (!isPadded || memberHead(this.window.view()) === 'none') this.cut = strayBytes('gzip', this.bytes);
      } else if (head === 'short') {
        this.cut = brokenOff('gzip', this.bytes);
      } else if (head.blockBytes !== undefined && (await this.window.fill(head.blockBytes))) {
        yield* this.block(head.blockBytes);
      } else {
        this.window.take(head.bytes);
        yield* (await this.small()) ?? this.member();
      }
    }
  }

  private *block(length: number): Generator<Uint8Array, void, undefined> {
    const bytes = inflateBlock(this.window.view(length));
    if (bytes === undefined) {
      this.cut = damagedAfter('gzip', this.bytes, 'incorrect data check');
      return;
    }
    this.window.take(length);
    this.bytes += bytes.length;
    yield bytes;
  }

  /** The whole of a small, sound member; undefined where it is none, with nothing taken. */
  private async small(): Promise<[Uint8Array] | undefined> {
    if (!this.triesSmall) return undefined;
    await this.window.fill(SMALL_BYTES.compressed);
    const data = this.window.view();
    const { bytes, taken } = inflateStart(data, SMALL_BYTES.inflated) ?? {};
    const end = (taken ?? Number.POSITIVE_INFINITY) + TRAILER_BYTES;
    this.triesSmall = end <= data.length;
    if (bytes === undefined || !this.triesSmall || !fits(data, end, crc32(bytes), bytes.length)) return undefined;
    this.window.take(end);
    this.bytes += bytes.length;
    return [bytes];
  }

  private async *member(): AsyncGenerator<Uint8Array, void, undefined> {
    const { window } = this;
    const inflater = createInflateRaw({ chunkSize: CHUNK_BYTES, finishFlush: constants.Z_SYNC_FLUSH });
    let check = 0;
    let length = 0;
    const chunks = pump(inflater, async (feed) => {
      for (let size = FIRST_PIECE_BYTES; await window.fill(1); size = Math.min(2 * size, PIECE_BYTES)) {
        const piece = window.view(size);
        const taken = await feed(piece);
        window.take(taken);
        if (taken < piece.length) return;
      }
    });
    try {
      for await (const chunk of chunks) {
        check = crc32(chunk, check);
        length += chunk.length;
        this.bytes += chunk.length;
        yield chunk;
      }
    } catch (error) {
      if (inflaterCode(error) === undefined) throw error;
      this.cut = damagedAfter('gzip', this.bytes, 'invalid data');
      return;
    }
    this.triesSmall = length <= SMALL_BYTES.inflated;
    // Data that did not end took all there was.
    if (!(await window.fill(TRAILER_BYTES))) {
      this.cut = brokenOff('gzip', this.bytes);
    } else if (!fits(window.view(), TRAILER_BYTES, check, length)) {
      this.cut = damagedBefore('gzip', this.bytes, 'incorrect data check');
    } else {
      window.take(TRAILER_BYTES);
    }
  }
}

/** Whether the trailer that ends at `end` of `bytes` is that of data with this CRC-32 and length. */
function fits(bytes: Uint8Array, end: number, check: number, length: number): boolean {
  return trailerCheck(bytes, end) === check && trailerLength(bytes, end) === length % 2 ** 32;
}
