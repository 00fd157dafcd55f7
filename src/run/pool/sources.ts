/** In a Worker: opens the bytes of a job and the reader for them. */

import { BgzipRange } from '../../input/bgzip-range.ts';
import { FastaReader } from '../../input/fasta.ts';
import { FastqReader } from '../../input/fastq.ts';
import { InputSpace } from '../../input/input-space.ts';
import { closeFiles } from '../../input/open-files.ts';
import { PlainRange } from '../../input/plain-range.ts';
import type { ByteSource, JobBounds, RecordReader } from '../../input/record.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { RingConsumer, RingFrame } from '../../ring/consumer.ts';
import { JOB_FRAME, type Job, jsonFrom, type Piece, type StreamEnd } from './job.ts';

export interface SourceHooks {
  /** Number in the run, from 1, of the job's record `index`; may wait for earlier jobs. */
  readonly numberOf: (index: number) => number;
  /** Before a very long record is read on; may wait for earlier jobs. */
  readonly beforeLong: () => void;
}

export class Sources {
  readonly #space: InputSpace;
  #source: ByteSource | undefined;
  /** Bytes of the input's text before the job's first byte. */
  #before = 0;

  /**
   * @param longestChunk bases
   * @param ring the jobs come from it, and the bytes of streams
   */
  constructor(
    kernel: Kernel,
    longestChunk: number,
    readonly ring: RingConsumer,
    readonly hooks: SourceHooks,
  ) {
    this.#space = new InputSpace(kernel, longestChunk, hooks.beforeLong);
  }

  /** Bytes of the input's text, decompressed, before the one that is read next: after a record, those up to its end. */
  get offset(): number {
    return this.#before + this.#space.window.offset;
  }

  /** A reader at the start of the job. */
  open(job: Job): RecordReader {
    const Reader = job.format === 'fasta' ? FastaReader : FastqReader;
    const reader = new Reader(this.#space, job.name, this.hooks.numberOf);
    const [source, bounds] = this.#bytesOf(job);
    this.#source = source;
    this.#before = textBefore(job.piece);
    reader.begin(source, bounds);
    return reader;
  }

  /** After the reader's last record. @returns why the bytes stop early, a sentence; undefined where the job ends before */
  finish(): string | undefined {
    const source = this.#source;
    if (source instanceof RingSource) source.drain();
    // Bytes are read ahead of the reader: damage behind what it took is met, and told, by a later job.
    const { window } = this.#space;
    return window.at < window.end ? undefined : source?.cut;
  }

  /** Gives back the bases of the last record. */
  release(): void {
    this.#space.record.bases.clear();
  }

  close(): void {
    closeFiles();
  }

  #bytesOf({ name, piece }: Job): [ByteSource, JobBounds] {
    switch (piece.kind) {
      case 'plain': {
        const { from, to } = piece;
        if (from === 0) return [new PlainRange(name, 0, to), { start: 'file', range: to }];
        return [new PlainRange(name, from - 1, to), { start: 'anywhere', range: to - from }];
      }
      case 'bgzip': {
        // JSON has no Infinity.
        const run = { ...piece.run, bytes: piece.run.bytes ?? Number.POSITIVE_INFINITY };
        const source = new BgzipRange(name, run);
        return [source, { start: run.previous === undefined ? 'file' : 'anywhere', range: source.rangeBytes }];
      }
      case 'stream':
        return [new RingSource(this.ring), { start: piece.start, range: Number.POSITIVE_INFINITY }];
      default:
        return piece satisfies never;
    }
  }
}

/** Where jobs begin with the byte before them, it counts as theirs here. */
function textBefore(piece: Piece): number {
  switch (piece.kind) {
    case 'plain':
      return Math.max(0, piece.from - 1);
    case 'bgzip':
      return piece.run.offset - (piece.run.previous === undefined ? 0 : 1);
    case 'stream':
      return piece.from;
    default:
      return piece satisfies never;
  }
}

/** The bytes of a stream's job as they come through the ring. */
class RingSource implements ByteSource {
  /** The frame being read, its bytes from `#at` on not yet given out. */
  #frame: RingFrame | undefined;
  #at = 0;
  #end: StreamEnd | undefined;

  constructor(readonly ring: RingConsumer) {}

  get cut(): string | undefined {
    return this.#end?.cut;
  }

  get partial(): boolean {
    return this.#end?.partial === true;
  }

  read(memory: Uint8Array, to: number, max: number): number {
    const frame = this.#frame ?? this.#next();
    if (frame === undefined) return 0;
    const bytes = Math.min(max, frame.end - this.#at);
    memory.set(frame.memory.subarray(this.#at, this.#at + bytes), to);
    this.#at += bytes;
    if (this.#at === frame.end) this.#release();
    return bytes;
  }

  /** Passes over what the reader left: nothing, where it came to its end. */
  drain(): void {
    while (this.#frame !== undefined || this.#next() !== undefined) this.#release();
  }

  #next(): RingFrame | undefined {
    if (this.#end !== undefined) return undefined;
    for (;;) {
      const frame = this.ring.next();
      if (frame === undefined) throw new Error('the ring ended in the middle of a job');
      if (frame.kind === JOB_FRAME.end) {
        this.#end = jsonFrom<StreamEnd>(frame.memory, frame.start, frame.end);
        this.ring.release();
        return undefined;
      }
      if (frame.kind !== JOB_FRAME.data) throw new Error(`frame of kind ${frame.kind} in the middle of a job`);
      if (frame.start < frame.end) {
        this.#frame = frame;
        this.#at = frame.start;
        return frame;
      }
      this.ring.release();
    }
  }

  #release(): void {
    this.#frame = undefined;
    this.ring.release();
  }
}
