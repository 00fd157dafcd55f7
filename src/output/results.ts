/**
 * The result folder in the making: four tables, the summary, and what else goes with them (embeddings).
 *
 * Nothing has its final name before `commit`, which first brings every file to the disk and only then renames them,
 * `summary.json` last. A run that fails leaves the folder's earlier results as they were.
 */

import { unlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Consensus } from '../call/consensus.ts';
import type { FrameLabel } from '../call/label.ts';
import type { SequenceResult } from '../call/sequence-call.ts';
import type { RecordStatus } from '../call/status.ts';
import { AtomicFile, type PendingFile, syncFolder } from '../system/atomic-file.ts';
import { machineError, systemCode } from '../system/machine-error.ts';
import { CHUNKS, FRAMES, HIGHEST_SCORES, SEQUENCES } from './columns.ts';
import { float32Text, float64Text } from './float32-text.ts';
import { RESULT_FILE, RESULT_FILES } from './paths.ts';
import { type Summary, summaryText } from './summary.ts';
import { TableWriter } from './table.ts';

export interface ChunkRow {
  readonly chunkId: string;
  readonly sequenceId: string;
  /** In the record, 0-based half-open, nt. */
  readonly start: number;
  readonly end: number;
  /** Kept frames, 0 to 6. */
  readonly frames: number;
  /** Exactly where there are frames. */
  readonly consensus: Consensus | undefined;
  /** Calibrated P(virus); undefined without frames, and where the head has no calibration. */
  readonly probability: number | undefined;
}

export interface SequenceRow {
  readonly sequenceId: string;
  /** nt */
  readonly length: number;
  readonly status: RecordStatus;
  readonly chunks: number;
  /** Kept frames of all chunks. */
  readonly frames: number;
  /** Exactly where the status is `called`. */
  readonly result: SequenceResult | undefined;
  /** Calibrated P(virus); undefined without a call, and where the head has no calibration. */
  readonly probability: number | undefined;
  /** Whether the probability reaches the threshold; defined exactly where it is. */
  readonly isVirus: boolean | undefined;
}

/** call, tier / weighted_delta, counts, proportions, probability and is_virus of a record without a call. */
const NO_CALL = 'NA\tNA';
const NO_NUMBERS = 'NA\t0\t0\t0\tNA\tNA\tNA\tNA';

export class ResultFiles {
  readonly #folder: string;
  readonly #frames: TableWriter;
  readonly #highestScores: TableWriter;
  readonly #chunks: TableWriter;
  readonly #sequences: TableWriter;
  readonly #summary: AtomicFile;
  /** In the order of the renames, without the summary. */
  readonly #files: PendingFile[] = [];

  private constructor(folder: string) {
    this.#folder = folder;
    try {
      this.#frames = this.adopt(new TableWriter(folder, FRAMES));
      this.#highestScores = this.adopt(new TableWriter(folder, HIGHEST_SCORES));
      this.#chunks = this.adopt(new TableWriter(folder, CHUNKS));
      this.#sequences = this.adopt(new TableWriter(folder, SEQUENCES));
      this.#summary = new AtomicFile(join(folder, RESULT_FILE.summary));
    } catch (error) {
      for (const file of this.#files) file.abort();
      throw error;
    }
  }

  /** @param folder an existing folder, see `prepareFolder` */
  static open(folder: string): ResultFiles {
    return new ResultFiles(folder);
  }

  /** Takes a further file (embeddings) into the commit or abort of this folder. */
  adopt<F extends PendingFile>(file: F): F {
    this.#files.push(file);
    return file;
  }

  /** The next kept frame. Scores are float32: P(others), P(virus). */
  frame(frameId: string, label: FrameLabel, score1: number, score2: number): void {
    this.#frames.row(`${frameId}\t${label}\t${float32Text(score1)}\t${float32Text(score2)}`);
  }

  /** The next chunk; where it has frames it gets its row in the compatible file as well. */
  chunk(row: ChunkRow): void {
    const { consensus } = row;
    if ((consensus === undefined) !== (row.frames === 0)) throw new Error(`${row.chunkId}: frames without scores`);
    const place = `${row.chunkId}\t${row.sequenceId}\t${row.start}\t${row.end}\t${row.frames}\t`;
    if (consensus === undefined) {
      if (row.probability !== undefined) throw new Error(`${row.chunkId}: a probability without scores`);
      this.#chunks.row(`${place}NA\tNA\tNA\tNA`);
      return;
    }
    const scores = `${booleanText(consensus.isVirus)}\t${float32Text(consensus.max0)}\t${float32Text(consensus.max1)}`;
    this.#chunks.row(`${place}${scores}\t${probabilityText(row.probability)}`);
    this.#highestScores.row(`${row.chunkId}\t${scores}`);
  }

  /** The next record, whatever became of it. */
  sequence(row: SequenceRow): void {
    const { result, probability, isVirus } = row;
    if ((result === undefined) !== (row.status !== 'called'))
      throw new Error(`${row.sequenceId}: called without a call`);
    if ((probability === undefined) !== (isVirus === undefined))
      throw new Error(`${row.sequenceId}: a probability without its side`);
    const head = `${row.sequenceId}\t${row.length}\t${row.status}\t`;
    if (result === undefined) {
      if (probability !== undefined) throw new Error(`${row.sequenceId}: a probability without a call`);
      this.#sequences.row(`${head}${NO_CALL}\t${row.chunks}\t0\t${row.frames}\t${NO_NUMBERS}`);
      return;
    }
    this.#sequences.row(
      `${head}${result.call}\t${result.tier}\t${row.chunks}\t${result.nScored}\t${row.frames}\t` +
        `${float64Text(result.weightedDelta)}\t` +
        `${result.confidentViral}\t${result.confidentNonViral}\t${result.ambiguous}\t` +
        `${float64Text(result.viralProportion)}\t${float64Text(result.nonviralProportion)}\t` +
        `${probabilityText(probability)}\t${isVirus === undefined ? 'NA' : booleanText(isVirus)}`,
    );
  }

  /**
   * Completes every file, then gives all of them their names.
   *
   * An earlier summary goes first and the new one comes last, so a summary never stands beside tables of another run;
   * for the same reason earlier result files that this run does not write are removed (embeddings).
   *
   * @returns the paths of what was written, summary last
   */
  commit(summary: Summary): string[] {
    try {
      this.#summary.text(summaryText(summary));
      const files = [...this.#files, this.#summary];
      for (const file of files) file.finish();
      this.#remove(RESULT_FILE.summary);
      for (const file of this.#files) file.publish();
      const written = new Set(files.map(({ path }) => path));
      for (const name of RESULT_FILES) if (!written.has(join(this.#folder, name))) this.#remove(name);
      this.#summary.publish();
      syncFolder(this.#folder);
      return [...written];
    } catch (error) {
      this.abort();
      throw error;
    }
  }

  /** Removes every temporary file. Never throws, and does nothing after `commit`. */
  abort(): void {
    for (const file of this.#files) file.abort();
    this.#summary.abort();
  }

  #remove(name: string): void {
    const path = join(this.#folder, name);
    try {
      // Bun's `rmSync` gives another code than the system for some of its refusals.
      unlinkSync(path);
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw machineError(error, path);
    }
  }
}

function booleanText(value: boolean): string {
  return value ? 'True' : 'False';
}

function probabilityText(probability: number | undefined): string {
  return probability === undefined ? 'NA' : float64Text(probability);
}
