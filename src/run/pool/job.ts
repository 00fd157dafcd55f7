/**
 * What travels between the main thread and the sequence Workers, on two rings per Worker.
 *
 * Job ring, main -> Worker: a JOB frame (JSON of `Job`). For a stream it is followed by DATA frames, the job's decompressed
 * bytes, and one END frame (JSON of `StreamEnd`). Closing the ring ends the Worker.
 *
 * Result ring, Worker -> main, for each job in the order the jobs came: any number of piece frames (what the sink made; see
 * the sinks for their bytes) and PROBLEM frames (JSON of `ProblemReport`) in input order, then one DONE frame (JSON of
 * `JobReport`), or one FAILURE frame (JSON of `Failure`); after one that is a bug the Worker takes no further job.
 *
 * Job k of a run goes to Worker k mod W, and main takes results in the order of jobs: order never depends on timing.
 */

import type { BgzipRun } from '../../input/bgzip-runs.ts';
import type { SequenceFormat } from '../../input/format.ts';
import type { JobBounds } from '../../input/record.ts';
import type { UserError } from '../../system/errors.ts';

export const JOB_FRAME = { job: 1, data: 2, end: 3 } as const;

export const RESULT_FRAME = {
  /** FASTA text of the nucleotides, proteins and chunks. */
  nucleotide: 1,
  protein: 2,
  chunks: 3,
  /** Token rows: see sinks/row-stream.ts. */
  rows: 4,
  /** Ids and their hashes: see sinks/survey.ts. */
  ids: 5,
  problem: 16,
  done: 17,
  failure: 18,
} as const;
export type PieceKind = (typeof RESULT_FRAME)['nucleotide' | 'protein' | 'chunks' | 'rows' | 'ids'];

/** A piece of one input. Offsets are bytes of the file as stored. */
export interface Job {
  /** From 0, over the whole run. */
  readonly number: number;
  /** Index of the input. */
  readonly input: number;
  /** As typed, for messages; `-` is standard input. */
  readonly name: string;
  readonly format: SequenceFormat;
  readonly piece: Piece;
}

export type Piece =
  /** Bytes [from, to) of a plain file. */
  | { readonly kind: 'plain'; readonly from: number; readonly to: number }
  | { readonly kind: 'bgzip'; readonly run: PostedRun }
  /** Bytes that follow in the ring; `start` is what the first of them is, `from` its offset in the text. */
  | { readonly kind: 'stream'; readonly start: JobBounds['start']; readonly from: number };

/** A run as it comes out of JSON, which makes null of Infinity. */
export type PostedRun = Omit<BgzipRun, 'bytes'> & { readonly bytes: number | null };

export interface StreamEnd {
  /** Why the stream stops early, a sentence; it can only be the stream's last job then. */
  readonly cut?: string;
  /** The stream goes on in another job. */
  readonly partial?: true;
}

/** A record that could not be read. */
export interface ProblemReport {
  /** 0-based in the job. */
  readonly index: number;
  readonly id: string;
  /** 0-based in the job. */
  readonly line: number;
  readonly sentence: string;
}

/** What a job held. */
export interface JobReport {
  readonly records: number;
  /** Lines of the job's own records, for the line numbers of later jobs. */
  readonly lines: number;
  readonly counts: PieceCounts;
  readonly oddities: Oddities;
  /** Why the bytes stop early, a sentence. */
  readonly cut?: string | undefined;
  /** What the sink has to add at the end of a job. */
  readonly survey?: unknown;
}

/** Sums over records, all of them additive over jobs. */
export interface PieceCounts {
  /** Records with at least one kept frame, without one, of length 0, shorter than asked for, unreadable. */
  translated: number;
  no_orf: number;
  empty: number;
  too_short: number;
  invalid: number;
  bases: number;
  chunks: number;
  /** Kept frames. */
  frames: number;
}

/** What was odd about the letters, for one warning each at the end. */
export interface Oddities {
  /** Records in which U was read as T. */
  uracilRecords: number;
  /** Records with characters that are no nucleotide code, and the number of such characters. */
  strangeRecords: number;
  strangeCharacters: number;
  /** The first of them; its line is 0-based in the job. */
  firstStrange?: { readonly id: string; readonly line: number };
}

/** Why a Worker stops. `user` is a UserError whose line is 1-based in the job; `bug` is anything else. */
export type Failure =
  | {
      readonly kind: 'user';
      readonly sentence: string;
      readonly remedy: string;
      readonly file?: string | undefined;
      readonly record?: string | undefined;
      readonly line?: number | undefined;
      readonly exitCode: UserError['exitCode'];
    }
  | { readonly kind: 'bug'; readonly stack: string };

export function noCounts(): PieceCounts {
  return { translated: 0, no_orf: 0, empty: 0, too_short: 0, invalid: 0, bases: 0, chunks: 0, frames: 0 };
}

export function addCounts(sum: PieceCounts, more: PieceCounts): void {
  for (const key of Object.keys(sum) as (keyof PieceCounts)[]) sum[key] += more[key];
}

/** Records of all kinds. */
export function recordsOf({ translated, no_orf, empty, too_short, invalid }: PieceCounts): number {
  return translated + no_orf + empty + too_short + invalid;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

export function jsonBytes(value: object): Uint8Array {
  return encoder.encode(JSON.stringify(value));
}

/** Reads what `jsonBytes` of the same build wrote on the other side of a ring. */
export function jsonFrom<T extends object>(memory: Uint8Array, start: number, end: number): T {
  return JSON.parse(decoder.decode(memory.subarray(start, end))) as T;
}
