/**
 * Writes scored windows to the result files, in input order, and counts. A record that spans windows is called when its
 * last chunk is there; only one record is open at a time.
 */

import { isVirus, type PlattScaling, virusProbability } from '../call/calibration.ts';
import { consensus } from '../call/consensus.ts';
import { frameLabel } from '../call/label.ts';
import { SequenceCall } from '../call/sequence-call.ts';
import { recordStatus } from '../call/status.ts';
import type { ScoredWindow } from '../run/score.ts';
import { endsHere, type WindowRecord } from '../run/window.ts';
import { FRAME_SUFFIXES } from '../sequence/frames.ts';
import { chunkId } from '../sequence/id.ts';
import { UserError } from '../system/errors.ts';
import type { EmbeddingFiles } from './embeddings.ts';
import type { ResultFiles } from './results.ts';
import type { SummaryCounts } from './summary.ts';

type Counts = { -readonly [K in keyof SummaryCounts]: number };

/** The record whose chunks are being written. */
interface OpenRecord {
  readonly call: SequenceCall;
  frames: number;
  scoredChunks: number;
}

export class Delivery {
  readonly counts: Counts = {
    records: 0,
    called: 0,
    no_orf: 0,
    empty: 0,
    too_short: 0,
    invalid: 0,
    chunks: 0,
    scored_chunks: 0,
    frames: 0,
    unique_nucleotide_frames: 0,
    unique_protein_frames: 0,
    bases: 0,
    resumed: 0,
    viral: 0,
    non_viral: 0,
    ambiguous: 0,
  };
  #open: OpenRecord | undefined;
  /** Scores of one chunk's frames, `[6, 2]`. */
  readonly #chunkScores = new Float32Array(12);

  /**
   * @param minimumLength of a record to get chunks, nt
   * @param calibration of the head, if it has one
   * @param embeddings where each frame's embeddings go, if they are wanted
   */
  constructor(
    readonly files: ResultFiles,
    readonly minimumLength: number,
    readonly calibration: PlattScaling | undefined,
    readonly embeddings: EmbeddingFiles | undefined,
  ) {}

  /** The next window. */
  write(scored: ScoredWindow): void {
    const { window } = scored;
    this.counts.unique_nucleotide_frames += window.nucleotide.rows;
    this.counts.unique_protein_frames += window.protein.rows;
    let chunk = 0;
    let frame = 0;
    for (const record of window.records) {
      this.#open ??= { call: new SequenceCall(), frames: 0, scoredChunks: 0 };
      for (let i = 0; i < record.chunks; i += 1) {
        frame = this.#writeChunk(scored, record, record.firstChunk + i, window.masks[chunk]!, frame, this.#open);
        chunk += 1;
      }
      if (endsHere(record)) this.#closeRecord(record, this.#open);
    }
  }

  /** After the last window: every record that was begun must have its row. */
  finish(recordsRead: number): SummaryCounts {
    if (this.#open !== undefined || this.counts.records !== recordsRead) {
      throw new Error(`${recordsRead} records in, ${this.counts.records} rows out`);
    }
    return this.counts;
  }

  /** @returns the window's first frame that is not of this chunk */
  #writeChunk(
    { window, scores, embeddings }: ScoredWindow,
    record: WindowRecord,
    number: number,
    mask: number,
    firstFrame: number,
    open: OpenRecord,
  ): number {
    const id = chunkId(record.id, number);
    const own = this.#chunkScores;
    let frames = 0;
    for (let i = 0; i < FRAME_SUFFIXES.length; i += 1) {
      if ((mask & (1 << i)) === 0) continue;
      const pair = window.frames[firstFrame + frames]!;
      const others = scores[2 * pair]!;
      const virus = scores[2 * pair + 1]!;
      if (Number.isNaN(others) || Number.isNaN(virus)) throw noNumber(record.id);
      own[2 * frames] = others;
      own[2 * frames + 1] = virus;
      this.files.frame(id + FRAME_SUFFIXES[i]!, frameLabel(others, virus), others, virus);
      this.embeddings?.frame(embeddings, window.pairNucleotide[pair]!, window.pairProtein[pair]!);
      frames += 1;
    }
    const agreed = frames === 0 ? undefined : consensus(own, frames);
    const { calibration } = this;
    let probability: number | undefined;
    if (agreed !== undefined) {
      const difference = open.call.add(agreed.max0, agreed.max1);
      open.scoredChunks += 1;
      if (calibration !== undefined) probability = virusProbability(calibration, difference);
    }
    open.frames += frames;
    const start = record.plan.start(number);
    const end = record.plan.end(number);
    this.files.chunk({ chunkId: id, sequenceId: record.id, start, end, frames, consensus: agreed, probability });
    return firstFrame + frames;
  }

  #closeRecord({ id, length, plan, valid }: WindowRecord, { call, frames, scoredChunks }: OpenRecord): void {
    const status = valid ? recordStatus(length, this.minimumLength, scoredChunks) : 'invalid';
    const result = call.result();
    const { calibration, counts } = this;
    let probability: number | undefined;
    let virus: boolean | undefined;
    if (calibration !== undefined && result !== undefined) {
      probability = virusProbability(calibration, result.weightedDelta);
      virus = isVirus(calibration, probability);
    }
    const row = { sequenceId: id, length, status, chunks: plan.count, frames, result, probability, isVirus: virus };
    this.files.sequence(row);
    counts.records += 1;
    counts[status] += 1;
    counts.chunks += plan.count;
    counts.scored_chunks += scoredChunks;
    counts.frames += frames;
    counts.bases += length;
    if (result !== undefined) counts[result.call] += 1;
    this.#open = undefined;
  }
}

/** Hardly ever a device: what is no CPU computes known numbers before it is used. */
function noNumber(record: string): UserError {
  return new UserError(
    'the model gave a score that is no number',
    'Check it with "virnucpro models verify"; where it is sound, run again with --device cpu.',
    { record },
  );
}
