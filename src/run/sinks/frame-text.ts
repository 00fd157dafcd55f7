/**
 * Frames as FASTA text: what the method calls the identified nucleotide and protein files, and its chunk file.
 *
 * Frame files are unwrapped, `>` + chunk id + suffix, no blank; chunks are wrapped at 60 columns in the case of the input.
 * Text is put together in the kernel's memory, where the frames lie already, and sent in pieces of about a mebibyte that
 * end at the end of an entry. Compressed pieces are whole gzip members or zstd frames, so their concatenation is a file.
 */

import type { SequenceRecord } from '../../input/record.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Reads } from '../../kernel/reads.ts';
import { FRAME_SUFFIXES, type SixFrames } from '../../sequence/frames.ts';
import { RESULT_FRAME } from '../pool/job.ts';
import type { SendPiece, Sink } from './sink.ts';
import { Staging } from './staging.ts';

export const CHUNK_COLUMNS = 60;
const PIECE_BYTES = 1 << 20;
const GREATER = 0x3e;
const LF = 0x0a;
const DIGIT_ZERO = 0x30;
const CHUNK_WORD = new TextEncoder().encode('_chunk_');
/** As the kernel takes them: the first letter in the low byte. */
const SUFFIXES = FRAME_SUFFIXES.map((suffix) => suffix.charCodeAt(0) | (suffix.charCodeAt(1) << 8));
/** Digits of the largest chunk number, `>`, suffix and line feeds. */
const MOST_OTHER_BYTES = 32;

/** Level of zlib: beyond it files hardly get smaller and time doubles. */
const GZIP_LEVEL = 6;
const ZSTD_LEVEL = 3;

export type TextCompression = 'gzip' | 'zstd';
export type TextStream = 'nucleotide' | 'protein' | 'chunks';

export interface FrameTextOptions {
  readonly kind: 'text';
  /** `all`: every frame of at least one codon, stops written as `*`; `open`: the frames that the method keeps. */
  readonly frames: 'open' | 'all';
  /** What is wanted; nothing is made of the rest. */
  readonly streams: readonly TextStream[];
  readonly compression: TextCompression | undefined;
}

interface Stream {
  readonly kind: (typeof RESULT_FRAME)[TextStream];
  readonly staging: Staging;
}

export class FrameText implements Sink {
  readonly #streams: Readonly<Record<TextStream, Stream | undefined>>;
  readonly #all: boolean;
  readonly #reads: Reads;
  /** `>` + record id + `_chunk_` + number, at this address; the id part is `#idLength` bytes, 0 until it is written. */
  #head: number;
  #headCapacity = 4096;
  #idLength = 0;
  #headLength = 0;
  #record: SequenceRecord | undefined;
  /** One frame, where all are wanted. */
  readonly #scratch: number;

  /** @param chunkSize bases of the longest chunk */
  constructor(
    readonly kernel: Kernel,
    chunkSize: number,
    readonly options: FrameTextOptions,
    readonly send: SendPiece,
  ) {
    this.#head = kernel.allocate(this.#headCapacity);
    const bytes = PIECE_BYTES + 8 * chunkSize;
    const stream = (name: TextStream): Stream | undefined =>
      options.streams.includes(name) ? { kind: RESULT_FRAME[name], staging: new Staging(kernel, bytes) } : undefined;
    this.#streams = { nucleotide: stream('nucleotide'), protein: stream('protein'), chunks: stream('chunks') };
    this.#all = options.frames === 'all';
    this.#reads = noReads(chunkSize, this.#all);
    this.#scratch = kernel.allocate(chunkSize);
  }

  /** Up to the end of a piece: the record over which it would end goes the usual way, and ends it. */
  takeReads(from: number, end: number, stop: number, letters: number, room: number, shortest: number): Reads {
    const reads = this.#reads;
    reads.from = from;
    reads.end = end;
    reads.stop = stop;
    reads.letters = letters;
    reads.shortest = shortest;
    const { nucleotide, protein, chunks } = this.#streams;
    if (chunks !== undefined || room <= reads.longest) {
      reads.records = 0;
      reads.lines = 0;
      return reads;
    }
    if (nucleotide !== undefined) {
      reads.nucleotide = nucleotide.staging.end;
      reads.nucleotideLimit = nucleotide.staging.start + PIECE_BYTES;
    }
    if (protein !== undefined) {
      reads.protein = protein.staging.end;
      reads.proteinLimit = protein.staging.start + PIECE_BYTES;
    }
    this.kernel.reads(reads);
    if (nucleotide !== undefined) nucleotide.staging.used = reads.nucleotide - nucleotide.staging.start;
    if (protein !== undefined) protein.staging.used = reads.protein - protein.staging.start;
    return reads;
  }

  begin(record: SequenceRecord): void {
    this.#record = record;
    this.#idLength = 0;
  }

  chunk(number: number, at: number, length: number, six: SixFrames): void {
    const { nucleotide, protein, chunks } = this.#streams;
    // Four of ten reads have no frame, and need no header.
    if (chunks === undefined && !this.#all && six.keptCount === 0) return;
    this.#writeHead(number + 1);
    if (chunks !== undefined) this.#writeChunk(chunks, at, length);
    if (this.#all) {
      this.#writeAllFrames(at, length);
      return;
    }
    for (let left = six.mask; left !== 0; left &= left - 1) {
      const frame = 31 - Math.clz32(left & -left);
      if (nucleotide !== undefined) {
        const start = six.nucleotideStart(frame);
        this.#writeFrame(nucleotide, frame, start, six.nucleotideEnd(frame) - start);
      }
      if (protein !== undefined) this.#writeFrame(protein, frame, six.proteinStart(frame), six.residues[frame]!);
    }
  }

  end(): void {}

  invalid(): void {}

  finish(): undefined {
    for (const stream of Object.values(this.#streams)) if (stream !== undefined) this.#flush(stream);
  }

  #writeHead(number: number): void {
    if (this.#idLength === 0) this.#writeId();
    this.#number(number);
  }

  #writeId(): void {
    if (this.#record === undefined) throw new Error('a chunk of no record');
    const { idBytes, idLength } = this.#record;
    const most = idLength + MOST_OTHER_BYTES;
    if (most > this.#headCapacity) {
      this.#headCapacity = 2 * most;
      this.#head = this.kernel.allocate(this.#headCapacity);
    }
    const { memory } = this.kernel;
    let at = this.#head;
    memory[at++] = GREATER;
    for (let i = 0; i < idLength; i += 1) memory[at++] = idBytes[i]!;
    for (let i = 0; i < CHUNK_WORD.length; i += 1) memory[at++] = CHUNK_WORD[i]!;
    this.#idLength = at - this.#head;
  }

  /** Writes the chunk's number, from 1, behind the id. */
  #number(number: number): void {
    const { memory } = this.kernel;
    const start = this.#head + this.#idLength;
    if (number < 10) {
      memory[start] = DIGIT_ZERO + number;
      this.#headLength = this.#idLength + 1;
      return;
    }
    let digits = 1;
    for (let power = 10; power <= number; power *= 10) digits += 1;
    let rest = number;
    for (let i = digits - 1; i >= 0; i -= 1) {
      // Chunk numbers stay below 2^53, beyond int32: no bit operators here.
      const tens = Math.floor(rest / 10);
      memory[start + i] = DIGIT_ZERO + (rest - 10 * tens);
      rest = tens;
    }
    this.#headLength = this.#idLength + digits;
  }

  #writeFrame(stream: Stream, frame: number, from: number, length: number): void {
    const staging = this.#room(stream, this.#headLength + length + MOST_OTHER_BYTES);
    const end = this.kernel.entry(this.#head, this.#headLength, SUFFIXES[frame]!, from, length, staging.end);
    staging.used = end - staging.start;
  }

  #writeChunk(stream: Stream, from: number, length: number): void {
    const staging = this.#room(stream, this.#headLength + 2 * length + MOST_OTHER_BYTES);
    const { memory } = this.kernel;
    memory.copyWithin(staging.end, this.#head, this.#head + this.#headLength);
    let at = staging.end + this.#headLength;
    memory[at++] = LF;
    at += this.kernel.wrap(from, length, CHUNK_COLUMNS, at);
    staging.used = at - staging.start;
  }

  /** Every frame that has a codon; its nucleotides are counted by the residues, as for the frames that are kept. */
  #writeAllFrames(from: number, length: number): void {
    const { kernel } = this;
    const { nucleotide, protein } = this.#streams;
    for (let frame = 0; frame < 6; frame += 1) {
      const offset = frame % 3;
      if (length - offset < 3) continue;
      const residues = kernel.translate(from, length, frame, this.#scratch);
      // Nothing but unknown letters: many readers choke on an entry without a sequence.
      if (residues === 0) continue;
      if (protein !== undefined) this.#writeFrame(protein, frame, this.#scratch, residues);
      if (nucleotide === undefined) continue;
      const bases = Math.min(length - offset, 1 + 3 * residues);
      if (frame < 3) kernel.upperCase(from + offset, bases, this.#scratch);
      else kernel.reverseComplement(from + length - offset - bases, bases, this.#scratch);
      this.#writeFrame(nucleotide, frame, this.#scratch, bases);
    }
  }

  #room(stream: Stream, bytes: number): Staging {
    const { staging } = stream;
    if (!staging.fits(bytes) || staging.used >= PIECE_BYTES) this.#flush(stream);
    staging.ensure(bytes);
    return staging;
  }

  #flush({ kind, staging }: Stream): void {
    if (staging.used === 0) return;
    const { memory } = this.kernel;
    const { start, end } = staging;
    const { compression } = this.options;
    if (compression === undefined) this.send(kind, memory, start, end);
    else {
      const packed = compress(new Uint8Array(memory.subarray(start, end)), compression);
      this.send(kind, packed, 0, packed.length);
    }
    staging.used = 0;
  }
}

function noReads(longest: number, all: boolean): Reads {
  const sizes = { shortest: 1, longest, all: all ? 1 : 0 };
  const texts = { nucleotide: 0, nucleotideLimit: 0, protein: 0, proteinLimit: 0 };
  const counts = { records: 0, lines: 0, bases: 0, translated: 0, frames: 0 };
  return { from: 0, end: 0, stop: 0, letters: 0, ...sizes, ...texts, ...counts };
}

function compress(bytes: Uint8Array<ArrayBuffer>, compression: TextCompression): Uint8Array {
  switch (compression) {
    case 'gzip':
      return Bun.gzipSync(bytes, { level: GZIP_LEVEL, library: 'libdeflate' });
    case 'zstd':
      return Bun.zstdCompressSync(bytes, { level: ZSTD_LEVEL });
    default:
      return compression satisfies never;
  }
}
