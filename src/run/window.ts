/**
 * A window: a bounded, consecutive piece of the input, cut into chunks and frames. Rows are batched and repeated content
 * is found within one window, so what is in a window decides what is in a batch; it depends on the input and the chunk
 * length alone, never on timing, threads or devices.
 *
 * A record may span windows; each window then holds some of its chunks.
 */

import type { InputPosition } from '../input/position.ts';
import type { ChunkPlan } from '../sequence/chunk.ts';
import { RowSet } from './row-set.ts';

/** A window ends with the chunk or record that reaches one of these numbers. */
export const WINDOW_CHUNKS = 4096;
export const WINDOW_FRAMES = 8192;
export const WINDOW_RECORDS = 4096;

/** Six kept or rejected frames as bits: bit i is frame i in the order F1 F2 F3 R1 R2 R3. */
export type FrameMask = number;

/** A record, or the part of it that lies in one window. */
export interface WindowRecord {
  readonly id: string;
  /** nt */
  readonly length: number;
  readonly plan: ChunkPlan;
  /** False for a record that could not be read: it has no chunks. */
  readonly valid: boolean;
  /** Number in the record of the first chunk that lies in this window. */
  readonly firstChunk: number;
  /** Chunks of the record in this window. */
  chunks: number;
}

/** Whether the record's last chunk, or the record itself where it has none, lies in this window. */
export function endsHere({ firstChunk, chunks, plan }: WindowRecord): boolean {
  return firstChunk + chunks === plan.count;
}

export class Window {
  readonly records: WindowRecord[] = [];
  /** One mask per chunk, in input order. */
  readonly masks: FrameMask[] = [];
  /** One entry per kept frame, in input order: its pair. */
  readonly frames: number[] = [];
  /** Pair i is a nucleotide row and a protein row that occur together in a frame. */
  readonly pairNucleotide: number[] = [];
  readonly pairProtein: number[] = [];
  readonly nucleotide = new RowSet();
  readonly protein = new RowSet();
  /**
   * The end of the last record of which something lies in this window, so everything that the windows so far hold is decided
   * by what stands before it. The same in every run over the same input.
   */
  end: InputPosition = { input: 0, offset: 0 };
  /** Bytes of input, as stored, up to the end of this window: of a record that goes on, the part that lies in it. */
  bytesRead = 0;
  readonly #pairs = new Map<number, number>();

  get full(): boolean {
    return (
      this.masks.length >= WINDOW_CHUNKS || this.frames.length >= WINDOW_FRAMES || this.records.length >= WINDOW_RECORDS
    );
  }

  /** Opens a record, or its continuation from chunk `firstChunk` on. */
  open(id: string, plan: ChunkPlan, length: number, valid: boolean, firstChunk: number): WindowRecord {
    const entry = { id, length, plan, valid, firstChunk, chunks: 0 };
    this.records.push(entry);
    return entry;
  }

  /** Adds the next chunk of the record opened last; one `addFrame` follows for each bit of its mask. */
  addChunk(record: WindowRecord, mask: FrameMask): void {
    this.masks.push(mask);
    record.chunks += 1;
  }

  /** Adds a kept frame of the chunk added last: its rows are `tokens[nucleotide, protein)` and `tokens[protein, end)`. */
  addFrame(tokens: Uint16Array, nucleotide: number, protein: number, end: number): void {
    this.frames.push(
      this.#pair(this.nucleotide.add(tokens, nucleotide, protein), this.protein.add(tokens, protein, end)),
    );
  }

  #pair(nucleotide: number, protein: number): number {
    // Row numbers stay far below 2^26: a window ends at WINDOW_FRAMES.
    const key = nucleotide * 2 ** 26 + protein;
    const known = this.#pairs.get(key);
    if (known !== undefined) return known;
    const pair = this.pairNucleotide.length;
    this.pairNucleotide.push(nucleotide);
    this.pairProtein.push(protein);
    this.#pairs.set(key, pair);
    return pair;
  }
}
