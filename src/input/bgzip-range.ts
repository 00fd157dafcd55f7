/**
 * Decompressed bytes of a run of bgzip blocks and of whatever follows it, block after block. For Workers.
 *
 * Where data lie before the run, the last byte before it comes first (`JobBounds.start` is 'anywhere', else 'file').
 */

import type { BgzipRun } from './bgzip-runs.ts';
import { damagedAfter } from './cuts.ts';
import { endedEarly } from './file-state.ts';
import { BLOCK_MAX_BYTES, inflateBlock, memberHead } from './gzip-member.ts';
import { GzipTail } from './gzip-tail.ts';
import { readAt } from './open-files.ts';
import type { ByteSource } from './record.ts';

/** Compressed bytes read at a time; room for a whole block, and for what is left of one, is needed. */
const WINDOW_BYTES = 1 << 18;

const NOTHING = new Uint8Array(0);

export class BgzipRange implements ByteSource {
  /** Decompressed bytes of the run, its first at 0; the byte before it is not counted. Infinity where it is the last one of a damaged file. */
  readonly rangeBytes: number;
  private readonly window = new Uint8Array(WINDOW_BYTES);
  /** Of the compressed bytes that are not yet inflated, in the window. */
  private start = 0;
  private end = 0;
  /** Offset in the file of the byte at `end`. */
  private at: number;
  private block: Uint8Array = NOTHING;
  private blockAt = 0;
  /** Offset in the file of the run's end: up to there it had bytes when it was cut. */
  private readonly until: number;
  /** Bytes given out. */
  private given = 0;
  /** Decompressed bytes of the file up to the end of `block`. */
  private offset: number;
  private tail: GzipTail | undefined;
  private ended = false;
  private sentence: string | undefined;

  /** @param name path as typed */
  constructor(
    private readonly name: string,
    run: BgzipRun,
  ) {
    this.rangeBytes = run.bytes;
    this.until = run.end;
    this.offset = run.offset;
    this.at = run.previous ?? run.start;
    if (run.previous === undefined) return;
    this.offset -= 1;
    const previous = this.nextBlock() ?? NOTHING;
    this.block = previous.subarray(-1);
    // What lies between is empty blocks.
    this.at = run.start;
    this.start = 0;
    this.end = 0;
    this.offset = run.offset;
  }

  get cut(): string | undefined {
    return this.sentence;
  }

  read(memory: Uint8Array, to: number, max: number): number {
    let read = 0;
    while (read < max) {
      if (this.blockAt === this.block.length) {
        // Behind the run only the end of its last record is wanted, and what is inflated is inflated for nothing.
        if (read > 0 && this.given + read > this.rangeBytes) break;
        const block = this.ended ? undefined : this.nextBlock();
        if (block === undefined) break;
        this.block = block;
        this.blockAt = 0;
        continue;
      }
      const bytes = Math.min(max - read, this.block.length - this.blockAt);
      memory.set(this.block.subarray(this.blockAt, this.blockAt + bytes), to + read);
      this.blockAt += bytes;
      read += bytes;
    }
    this.given += read;
    return read;
  }

  /** The bytes that follow `block`; undefined at the end, with `cut` set where it is a bad one. */
  private nextBlock(): Uint8Array | undefined {
    if (this.tail !== undefined) return this.nextOfTail(this.tail);
    let head = memberHead(this.window.subarray(this.start, this.end));
    if (head === 'short') {
      this.fill(BLOCK_MAX_BYTES);
      head = memberHead(this.window.subarray(this.start, this.end));
    }
    // Also where the file breaks off in the block: what there is of its data comes out.
    if (typeof head !== 'object' || head.blockBytes === undefined || !this.fill(head.blockBytes)) {
      this.tail = new GzipTail(this.name, this.at - (this.end - this.start), this.offset);
      return this.nextOfTail(this.tail);
    }
    const block = inflateBlock(this.window.subarray(this.start, this.start + head.blockBytes));
    if (block === undefined) return this.stop(damagedAfter('gzip', this.offset, 'incorrect data check'));
    this.start += head.blockBytes;
    this.offset += block.length;
    return block;
  }

  private nextOfTail(tail: GzipTail): Uint8Array | undefined {
    return tail.next() ?? this.stop(tail.cut);
  }

  private stop(cut: string | undefined): undefined {
    this.ended = true;
    this.sentence = cut;
  }

  /** Brings `bytes` compressed bytes into the window; false where the file ends before. */
  private fill(bytes: number): boolean {
    while (this.end - this.start < bytes) {
      if (this.start + bytes > WINDOW_BYTES || this.start === this.end) {
        this.window.copyWithin(0, this.start, this.end);
        this.end -= this.start;
        this.start = 0;
      }
      const read = readAt(this.name, this.window, this.end, WINDOW_BYTES - this.end, this.at);
      if (read === 0 && this.at < this.until) throw endedEarly(this.name, this.until, this.at);
      if (read === 0) return false;
      this.end += read;
      this.at += read;
    }
    return true;
  }
}
