/** Runs a reader over a text in memory, whole or cut into jobs, and keeps all that it says. */

import { FastaReader } from '../../src/input/fasta.ts';
import { FastqReader } from '../../src/input/fastq.ts';
import type { SequenceFormat } from '../../src/input/format.ts';
import { INPUT_SIZES, type InputSizes, InputSpace } from '../../src/input/input-space.ts';
import type { ByteSource, InputKernel, JobBounds, RecordProblem } from '../../src/input/record.ts';

/** All that outlives a record. */
export interface PlainRecord {
  /** In the run, from 1. */
  readonly number: number;
  readonly id: string;
  /** Of its header in the file, from 0. */
  readonly line: number;
  readonly length: number;
  readonly foreign: number;
  readonly hadUracil: boolean;
  readonly sequence: Uint8Array;
  /** With its line in the file. */
  readonly problem: RecordProblem | undefined;
}

export interface Reading {
  readonly records: PlainRecord[];
  readonly lines: number;
}

export interface Reader {
  /** One job. */
  read(source: ByteSource, bounds: JobBounds, before?: Reading): Reading;
  /** A whole file. */
  whole(bytes: Uint8Array, blockLength?: number, cut?: string): Reading;
  /** The same file, cut before each of the bytes whose offsets are given in rising order. */
  inJobs(bytes: Uint8Array, offsets: readonly number[], blockLength?: number): Reading;
}

/** Gives bytes in blocks of a length, as a pipe might. */
export class BytesSource implements ByteSource {
  private at = 0;
  private ended = false;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly blockLength = Number.POSITIVE_INFINITY,
    private readonly sentence?: string,
    readonly partial = false,
  ) {}

  get cut(): string | undefined {
    return this.ended ? this.sentence : undefined;
  }

  read(memory: Uint8Array, to: number, max: number): number {
    if (this.ended) throw new Error('a source was read behind its end');
    if (!(max > 0)) throw new Error('a source was asked for nothing');
    const length = Math.min(max, this.blockLength, this.bytes.length - this.at);
    memory.set(this.bytes.subarray(this.at, this.at + length), to);
    this.at += length;
    this.ended = length === 0;
    return length;
  }
}

export interface ReaderOptions {
  readonly file?: string;
  readonly longestChunk?: number;
  readonly sizes?: Partial<InputSizes>;
  readonly beforeLong?: () => void;
}

export function makeReader(kernel: InputKernel, format: SequenceFormat, options: ReaderOptions = {}): Reader {
  const { file = 'test.fa', longestChunk = 500, sizes, beforeLong } = options;
  const space = new InputSpace(kernel, longestChunk, beforeLong, { ...INPUT_SIZES, ...sizes });
  let numbered = 0;
  const Format = format === 'fasta' ? FastaReader : FastqReader;
  const reader = new Format(space, file, (index) => numbered + index + 1);

  function read(source: ByteSource, bounds: JobBounds, before: Reading = { records: [], lines: 0 }): Reading {
    const records = [...before.records];
    numbered = records.length;
    reader.begin(source, bounds);
    let count = 0;
    for (let record = reader.next(); record !== undefined; record = reader.next()) {
      if (record.index !== count++) throw new Error(`record ${record.index} came as number ${count - 1} of its job`);
      const { idBytes, idLength, length, foreign, hadUracil, problem } = record;
      const sequence = new Uint8Array(length);
      for (let at = 0; at < length; at += longestChunk) {
        const end = Math.min(length, at + longestChunk);
        const address = record.locate(at, end);
        sequence.set(kernel.memory.subarray(address, address + end - at), at);
      }
      records.push({
        number: numbered + count,
        id: Buffer.from(idBytes.subarray(0, idLength)).toString('utf8'),
        line: before.lines + record.line,
        ...{ length, foreign, hadUracil, sequence },
        problem: problem && { ...problem, line: before.lines + problem.line },
      });
    }
    if (reader.next() !== undefined) throw new Error('a record came after the last');
    if (reader.records !== count) throw new Error(`${reader.records} records were counted, ${count} came`);
    return { records, lines: before.lines + reader.lines };
  }

  return {
    read,
    whole: (bytes, blockLength, cut) =>
      read(new BytesSource(bytes, blockLength, cut), { start: 'file', range: Number.POSITIVE_INFINITY }),
    inJobs(bytes, offsets, blockLength) {
      const starts = [...new Set([0, ...offsets.filter((offset) => offset > 0 && offset < bytes.length)])];
      let reading: Reading = { records: [], lines: 0 };
      for (const [i, start] of starts.entries()) {
        const range = (starts[i + 1] ?? Math.max(bytes.length, 1)) - start;
        const source = new BytesSource(bytes.subarray(Math.max(0, start - 1)), blockLength);
        reading = read(source, { start: start === 0 ? 'file' : 'anywhere', range }, reading);
      }
      return reading;
    },
  };
}
