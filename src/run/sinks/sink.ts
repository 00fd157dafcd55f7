/** What a Worker makes of records: text for files, token rows for encoders, statistics. */

import type { SequenceRecord, TakenReads } from '../../input/record.ts';
import type { SixFrames } from '../../sequence/frames.ts';
import type { PieceKind } from '../pool/job.ts';

/** Hands a piece of the job's result on; `memory` may be reused afterwards. */
export type SendPiece = (kind: PieceKind, memory: Uint8Array, start: number, end: number) => void;

/** Of records that a sink took at once; none was empty, too short or invalid, and each had one chunk. */
export interface TakenCounts extends TakenReads {
  readonly bases: number;
  readonly translated: number;
  readonly frames: number;
}

export interface Sink {
  /**
   * Takes as many of the usual reads as it can, with the result that `begin`, `chunk` and `end` of each would have.
   * Absent where it cannot.
   *
   * @param shortest bases, at least 1
   */
  takeReads?(from: number, end: number, stop: number, letters: number, room: number, shortest: number): TakenCounts;
  /**
   * A record that could be read; its chunks follow, none for one that is empty or too short.
   *
   * @param end bytes of the input's text, decompressed, up to the end of the record: the same in any jobs
   */
  begin(record: SequenceRecord, end: number): void;
  /**
   * Chunk `number` of the record, 0-based, as `six` has just translated it.
   *
   * @param at address of its bases in the kernel's memory, in the letter case of the input
   * @param length bases
   */
  chunk(number: number, at: number, length: number, six: SixFrames): void;
  /** After the record's last chunk. */
  end(): void;
  /** A record that could not be read, and its `end` as in `begin`. */
  invalid(record: SequenceRecord, end: number): void;
  /** At the end of a job: sends what is held back. @returns what is to stand in the job's report, if anything */
  finish(): unknown;
}
