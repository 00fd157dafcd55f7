/**
 * Cuts an input into jobs. Plain files are cut anywhere, for their readers find the first record themselves; bgzip files at
 * blocks; streams where a record begins, because their bytes pass only once.
 */

import { endsWithMark } from '../../input/bgzip-end.ts';
import { bgzipRuns } from '../../input/bgzip-runs.ts';
import type { InputFile } from '../../input/container.ts';
import type { SequenceFormat } from '../../input/format.ts';
import { lastRecordStart } from '../../input/last-record.ts';
import { openStream, type StreamOptions } from '../../input/open-stream.ts';
import type { StreamHash } from '../../input/stream-hash.ts';
import type { Piece, StreamEnd } from './job.ts';
import { type Sample, sampleOf } from './sample.ts';
import type { PoolSettings } from './settings.ts';

/** What to send, in order. */
export type JobStep =
  /** A job; for a stream, data and an end follow. `bytesEnd`: bytes of the file, as stored, read when it is done. */
  | { readonly step: 'job'; readonly format: SequenceFormat; readonly piece: Piece; readonly bytesEnd: number }
  | { readonly step: 'data'; readonly bytes: Uint8Array }
  /** `textEnd`: bytes of the text up to the end of the job. */
  | { readonly step: 'end'; readonly end: StreamEnd; readonly bytesEnd: number; readonly textEnd: number }
  /** The file lacks the mark with which bgzip ends every file. */
  | { readonly step: 'unmarked' };

/** FASTA compresses about so well: with a base in two bits and little else. */
const USUAL_RATIO = 4;
const SMALLEST_RUN_BYTES = 1 << 14;

/**
 * @param sample undefined for a pipe: its first bytes tell
 * @param hash of a stream, which takes its blocks; undefined where nobody asks for it
 */
export async function* cutInput(
  file: InputFile,
  settings: PoolSettings,
  sample: Sample | undefined,
  hash: StreamHash | undefined,
): AsyncGenerator<JobStep, void, undefined> {
  switch (file.container) {
    case 'plain':
      yield* cutPlain(file, settings.batchBytes, sample?.format ?? 'fasta');
      return;
    case 'bgzip':
      yield* cutBgzip(file, settings.batchBytes, sample?.format ?? 'fasta');
      return;
    case 'gzip':
    case 'zstd':
    case 'stream':
      yield* cutStream(file.name, settings.batchBytes, {
        format: sample?.format,
        start: 'file',
        options: { sha256: hash !== undefined },
        hash,
      });
      return;
    default:
      file.container satisfies never;
  }
}

function* cutPlain({ size }: InputFile, batchBytes: number, format: SequenceFormat): Generator<JobStep> {
  if (size === undefined) throw new Error('a plain file of unknown size');
  for (let from = 0; from < size; from += batchBytes) {
    const to = Math.min(size, from + batchBytes);
    yield { step: 'job', format, piece: { kind: 'plain', from, to }, bytesEnd: to };
  }
}

async function* cutBgzip(
  { name, size }: InputFile,
  batchBytes: number,
  format: SequenceFormat,
): AsyncGenerator<JobStep, void, undefined> {
  const runBytes = Math.max(SMALLEST_RUN_BYTES, Math.ceil(batchBytes / USUAL_RATIO));
  if (size !== undefined && !endsWithMark(name, size)) yield { step: 'unmarked' };
  for await (const run of bgzipRuns(name, runBytes)) {
    if (run.kind === 'run') yield { step: 'job', format, piece: { kind: 'bgzip', run }, bytesEnd: run.end };
    else {
      const start = run.follows ? 'anywhere' : 'file';
      yield* cutStream(name, batchBytes, { format, start, options: run, hash: undefined });
    }
  }
}

interface StreamStart {
  /** Undefined where the first bytes have to tell. */
  readonly format: SequenceFormat | undefined;
  readonly start: 'file' | 'anywhere';
  readonly options: StreamOptions;
  readonly hash: StreamHash | undefined;
}

async function* cutStream(
  name: string,
  batchBytes: number,
  { format: known, start, options, hash }: StreamStart,
): AsyncGenerator<JobStep, void, undefined> {
  const stream = openStream(name, options);
  let format = known;
  /** Bytes of the job that is open; undefined where none is. */
  let sent: number | undefined;
  /** Bytes of the text before those that are sent next. */
  let from = options.offset ?? 0;
  let piece: Piece = { kind: 'stream', start, from };
  for await (const block of stream.blocks()) {
    hash?.take(block);
    format ??= sampleOf(block).format;
    let at = 0;
    while (at < block.length) {
      if (sent === undefined) {
        yield { step: 'job', format, piece, bytesEnd: stream.rawBytes };
        sent = 0;
      }
      const to = cutWithin(format, block, at, batchBytes - sent);
      const end = to < 0 ? block.length : to;
      yield { step: 'data', bytes: block.subarray(at, end) };
      sent += end - at;
      from += end - at;
      at = end;
      if (to < 0) continue;
      yield { step: 'end', end: { partial: true }, bytesEnd: stream.rawBytes, textEnd: from };
      sent = undefined;
      piece = { kind: 'stream', start: 'record', from };
    }
  }
  const { cut } = stream;
  if (sent === undefined && cut !== undefined) {
    // The bytes broke off where a job had ended, or before the first one: somebody has to say so.
    yield { step: 'job', format: format ?? 'fasta', piece, bytesEnd: stream.rawBytes };
    sent = 0;
  }
  if (sent !== undefined) {
    yield { step: 'end', end: cut === undefined ? {} : { cut }, bytesEnd: stream.rawBytes, textEnd: from };
  }
  hash?.end({ bytes: stream.rawBytes, sha256: stream.digest() });
}

/**
 * Where the open job ends in the block: the last record start within the bytes that it still takes, or a later one where
 * there is none.
 *
 * @returns -1 where it goes on into the next block
 */
function cutWithin(format: SequenceFormat, block: Uint8Array, from: number, wanted: number): number {
  let reach = Math.max(wanted, 1);
  if (from + reach >= block.length) return -1;
  for (;;) {
    const end = Math.min(block.length, from + reach);
    const cut = lastRecordStart(format, block, from, end);
    if (cut >= 0 || end === block.length) return cut;
    reach *= 2;
  }
}
