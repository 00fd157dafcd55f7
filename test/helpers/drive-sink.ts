/** Gives a sink the records of a text as a sequence Worker does, on this thread, and says what it should make of them. */

import { FastaReader } from '../../src/input/fasta.ts';
import { FastqReader } from '../../src/input/fastq.ts';
import type { SequenceFormat } from '../../src/input/format.ts';
import { INPUT_SIZES, InputSpace } from '../../src/input/input-space.ts';
import type { Kernel } from '../../src/kernel/kernel.ts';
import type { SendPiece, Sink } from '../../src/run/sinks/sink.ts';
import { ChunkPlan } from '../../src/sequence/chunk.ts';
import { FRAME_SUFFIXES, type FrameSuffix, SixFrames } from '../../src/sequence/frames.ts';
import { BytesSource } from './jobs.ts';

export interface DriveOptions {
  /** Chunk length, nt. */
  readonly length: number;
  /** Shorter records get no chunks, nt. */
  readonly minimumLength?: number;
  readonly format?: SequenceFormat;
  /** Bytes of the text before which another job begins, in rising order. */
  readonly cuts?: readonly number[];
}

/** Small, so that a kernel for every text costs nothing. */
const SIZES = { ...INPUT_SIZES, window: 1 << 12, region: 1 << 16 };

/** Job after job; yields what the sink reports of each. */
export function* driveSink(
  kernel: Kernel,
  sink: Sink,
  bytes: Uint8Array,
  { length, minimumLength = 0, format = 'fasta', cuts = [] }: DriveOptions,
): Generator<unknown, void, undefined> {
  const six = new SixFrames(kernel, length);
  const space = new InputSpace(kernel, length, undefined, SIZES);
  const Reader = format === 'fasta' ? FastaReader : FastqReader;
  const reader = new Reader(space, 'test.fa', (index) => index + 1);
  const starts = [...new Set([0, ...cuts.filter((cut) => cut > 0 && cut < bytes.length)])];
  for (const [i, start] of starts.entries()) {
    const range = (starts[i + 1] ?? Math.max(1, bytes.length)) - start;
    const source = new BytesSource(bytes.subarray(Math.max(0, start - 1)));
    reader.begin(source, { start: start === 0 ? 'file' : 'anywhere', range });
    for (let record = reader.next(); record !== undefined; record = reader.next()) {
      const end = Math.max(0, start - 1) + space.window.offset;
      if (record.problem !== undefined) {
        sink.invalid(record, end);
        continue;
      }
      const plan = new ChunkPlan(record.length < minimumLength ? 0 : record.length, length);
      sink.begin(record, end);
      for (let chunk = 0; chunk < plan.count; chunk++) {
        const at = record.locate(plan.start(chunk), plan.end(chunk));
        six.translate(at, plan.end(chunk) - plan.start(chunk));
        sink.chunk(chunk, at, plan.end(chunk) - plan.start(chunk), six);
      }
      sink.end();
    }
    yield sink.finish();
  }
}

export interface SentPiece {
  readonly kind: number;
  readonly bytes: Uint8Array;
}

/** Keeps copies of what a sink sends; `slice` of a Buffer is none. */
export function collector(): { readonly pieces: SentPiece[]; readonly send: SendPiece } {
  const pieces: SentPiece[] = [];
  return {
    pieces,
    send: (kind, memory, start, end) => pieces.push({ kind, bytes: new Uint8Array(memory.subarray(start, end)) }),
  };
}

const BASES = 'TCAG';
const AMINO_ACIDS = 'FFLLSSSSYY**CC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG';
const PARTNER: Readonly<Record<string, string>> = { A: 'T', C: 'G', G: 'C', T: 'A' };

export interface PlainFrame {
  readonly suffix: FrameSuffix;
  readonly protein: string;
  readonly nucleotide: string;
  /** The method keeps it: it has residues and no stop. */
  readonly open: boolean;
}

/** The frames of a chunk that have a codon at least, letter by letter. U was read as T before. */
export function plainFrames(chunk: string): PlainFrame[] {
  // ASCII letters alone.
  const forward = chunk.replace(/[a-z]+/g, (letters) => letters.toUpperCase());
  const reverse = [...forward]
    .reverse()
    .map((letter) => PARTNER[letter] ?? letter)
    .join('');
  return [forward, reverse].flatMap((whole, s) =>
    [0, 1, 2].flatMap((offset) => {
      const strand = whole.slice(offset);
      if (strand.length < 3) return [];
      let protein = '';
      for (let at = 0; at + 3 <= strand.length; at += 3) {
        const [a, b, c] = [...strand.slice(at, at + 3)].map((letter) => BASES.indexOf(letter));
        if (Math.min(a!, b!, c!) >= 0) protein += AMINO_ACIDS[16 * a! + 4 * b! + c!];
      }
      const nucleotide = strand.slice(0, 1 + 3 * protein.length);
      const open = protein !== '' && !protein.includes('*');
      return [{ suffix: FRAME_SUFFIXES[3 * s + offset]!, protein, nucleotide, open }];
    }),
  );
}
