/**
 * What the readers of records take and give: the bytes of a job, its bounds, and one record after the other.
 *
 * A job is a piece of one input file. A record belongs to the job in whose range the first byte of its header lies, and
 * whether a record begins at a line is told from that line and the two behind it alone (`fasta.ts`, `fastq.ts`), so that
 * any cut of a file into jobs gives the same records. Bytes and bases lie in the memory of the kernel and are named by
 * address. Lines and records of a job are counted from 0, bases are 0-based and half-open.
 *
 * The lines of a job begin with its first record (with the file, in the first job) and end before the first record of the
 * jobs behind it, so that the lines of all jobs add up to those of the file.
 */

import type { Kernel } from '../kernel/kernel.ts';

/** What reading needs of the kernel. */
export type InputKernel = Pick<Kernel, 'memory' | 'allocate' | 'gather' | 'gathered' | 'findByte'>;

/** Bytes of one job, pulled synchronously. */
export interface ByteSource {
  /** Reads at most `max` bytes to `memory[to, …)`; 0 means the end. */
  read(memory: Uint8Array, to: number, max: number): number;
  /** After the end: a sentence why the bytes stop early (truncated or damaged compression), else undefined. */
  readonly cut: string | undefined;
  /**
   * After the end: it is not that of the file, because a record of another job begins there. What is missing at the end is
   * then no sign of a file that was cut off. False where it is not given.
   */
  readonly partial?: boolean;
}

export interface JobBounds {
  /** What the first byte read is: the file's first, the first byte of a record, or the byte before the range. */
  readonly start: 'file' | 'record' | 'anywhere';
  /** Bytes; records whose header begins before that many belong to the job. Infinity for a stream. */
  readonly range: number;
}

export interface RecordProblem {
  /** Where it shows, in the job. */
  readonly line: number;
  /** Without a full stop, for instance "the quality has 2 letters for 4 bases". */
  readonly sentence: string;
}

/** One mutable object per reader; valid until the next call of `next`. */
export interface SequenceRecord {
  /** In the job. */
  readonly index: number;
  /** Of its header, in the job; of its first line, where it has no header. */
  readonly line: number;
  /** The id as it is printed: `idBytes[0, idLength)`, UTF-8, escaped; `unnamed_N` where there is none. */
  readonly idBytes: Uint8Array;
  readonly idLength: number;
  /** Bases. */
  readonly length: number;
  /** Bytes of the sequence that are no IUPAC nucleotide code and no gap (`-`, `.`). */
  readonly foreign: number;
  /** U or u was read as T or t. */
  readonly hadUracil: boolean;
  /** The record is malformed or cut off: it has length 0 and no bases. */
  readonly problem: RecordProblem | undefined;
  /**
   * Address in the kernel's memory of bases `[start, end)`, at most the longest chunk; valid until the next call of it,
   * because those of a long record are copied to one place.
   */
  locate(start: number, end: number): number;
}

/**
 * Takes records from address `from` on, where one begins, up to `end`; those that begin at `stop` or behind are not the
 * job's. The letters of one go to `letters`, where `room` of them fit.
 */
export type TakeReads = (from: number, end: number, stop: number, letters: number, room: number) => TakenReads;

export interface TakenReads {
  /** Of the first record that was not taken. */
  readonly from: number;
  readonly records: number;
  readonly lines: number;
}

export interface RecordReader {
  begin(source: ByteSource, bounds: JobBounds): void;
  /**
   * The next record of the job, or undefined when there is none left.
   *
   * @throws UserError with the file and the line in the job, from 1, where the file is none that can be read
   */
  next(): SequenceRecord | undefined;
  /**
   * Between two calls of `next`: hands the records that lie in memory to `take`, which may take some of them at once.
   * Absent where the format has none that can be taken so.
   */
  many?(take: TakeReads): void;
  /** Of the job; complete once `next` gave undefined. */
  readonly records: number;
  /** Of the job; complete once `next` gave undefined. A last line without a line feed counts. */
  readonly lines: number;
}
