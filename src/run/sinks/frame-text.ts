/**
 * Frames as FASTA text: what the method calls the identified nucleotide and protein files, and its chunk file.
 *
 * Frame files are unwrapped, `>` + chunk id + suffix, no blank; chunks are wrapped at 60 columns in the case of the input.
 * Text is put together in the kernel's memory, where the frames lie already, and sent in pieces of about a mebibyte that
 * end at the end of an entry. Compressed pieces are whole gzip members or zstd frames, so their concatenation is a file.
 */

import type { SequenceRecord } from '../../input/record.ts';
import type { Kernel } from '../../kernel/kernel.ts';
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
  /** `>` + record id + `_chunk_` + number, at this address; the id part is `#idLength` bytes. */
  #head: number;
  #headCapacity = 4096;
  #idLength = 0;
  #headLength = 0;
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
    this.#scratch = kernel.allocate(chunkSize);
  }

  begin({ idBytes, idLength }: SequenceRecord): void {
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

  chunk(number: number, at: number, length: number, six: SixFrames): void {
    this.#number(number + 1);
    if (this.#streams.chunks !== undefined) this.#writeChunk(this.#streams.chunks, at, length);
    if (this.#all) {
      this.#writeAllFrames(at, length);
      return;
    }
    if (six.keptCount === 0) return;
    const { nucleotide, protein } = this.#streams;
    for (let frame = 0; frame < 6; frame += 1) {
      if (!six.kept(frame)) continue;
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
