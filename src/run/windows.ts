/**
 * From what the sequence Workers send to windows, in input order. Windows are made as they are asked for, so memory is
 * bounded by a few of them.
 */

import type { InputPosition } from '../input/position.ts';
import { ChunkPlan } from '../sequence/chunk.ts';
import { RESULT_FRAME } from './pool/job.ts';
import type { RunItem } from './pool/run.ts';
import { type RowHandler, RowStreamReader } from './sinks/row-stream.ts';
import type { StageClock } from './stage-clock.ts';
import { Window, type WindowRecord } from './window.ts';

export interface WindowOptions {
  /** Chunk length, nt. */
  readonly length: number;
  /** Shorter records get no chunks, nt. */
  readonly minimumLength: number;
}

/** The record whose chunks are coming. */
interface OpenRecord {
  readonly id: string;
  readonly length: number;
  readonly plan: ChunkPlan;
  readonly valid: boolean;
  /** Offsets in the text of its input. The start is the end of the record before it. */
  readonly start: number;
  readonly end: number;
  /** Chunks that have come. */
  chunks: number;
  /** Its entry in the current window, once it has one. */
  entry: WindowRecord | undefined;
}

export class WindowSource implements RowHandler {
  readonly #reader = new RowStreamReader();
  #window = new Window();
  #record: OpenRecord | undefined;
  /** The end of the last record. */
  #end: InputPosition = { input: 0, offset: 0 };
  /** Of the piece at hand. */
  #input = 0;

  /**
   * @param items of a run whose Workers send rows
   * @param onOther called with every item that is no rows, in order
   * @param onRecord called with the id of every record
   * @param bytesRead of all inputs, as stored, up to a place in the one whose rows came last
   */
  constructor(
    readonly items: AsyncIterable<RunItem>,
    readonly options: WindowOptions,
    readonly clock: StageClock,
    readonly onOther: (item: RunItem) => void,
    readonly onRecord: (id: string) => void,
    readonly bytesRead: (end: InputPosition) => number,
  ) {}

  /** The input, once, window by window; the last one may be small, none is empty. */
  async *windows(): AsyncGenerator<Window, void, undefined> {
    for await (const item of this.items) {
      if (item.item !== 'piece' || item.kind !== RESULT_FRAME.rows) {
        this.onOther(item);
        continue;
      }
      this.#input = item.input;
      this.#reader.open(item.memory, item.start, item.end);
      while (this.clock.time('read', () => this.#fill())) yield this.#take();
    }
    this.#endRecord();
    if (this.#window.records.length > 0) yield this.#take();
  }

  record(id: string, length: number, valid: boolean, end: number): void {
    this.#endRecord();
    this.onRecord(id);
    const tooShort = length < this.options.minimumLength;
    const plan = new ChunkPlan(tooShort ? 0 : length, this.options.length);
    const start = this.#end.input === this.#input ? this.#end.offset : 0;
    this.#end = { input: this.#input, offset: end };
    this.#record = { id, length, plan, valid, start, end, chunks: 0, entry: undefined };
    if (plan.count === 0) this.#enter(this.#record);
  }

  chunk(mask: number): void {
    const record = this.#record;
    if (record === undefined) throw new Error('a chunk came before its record');
    this.#window.addChunk(record.entry ?? this.#enter(record), mask);
    record.chunks += 1;
  }

  frame(words: Uint16Array, nucleotide: number, protein: number, end: number): void {
    this.#window.addFrame(words, nucleotide, protein, end);
  }

  /** Reads until the window is full or the piece is read. @returns whether the window is full */
  #fill(): boolean {
    while (this.#reader.next(this)) if (this.#window.full) return true;
    return false;
  }

  #take(): Window {
    const window = this.#window;
    window.end = this.#end;
    window.bytesRead = this.bytesRead({ ...this.#end, offset: this.#offset() });
    this.#window = new Window();
    if (this.#record !== undefined) this.#record.entry = undefined;
    return window;
  }

  /** In the text, about where the chunks that came end. */
  #offset(): number {
    const record = this.#record;
    if (record === undefined || record.plan.count === 0) return this.#end.offset;
    const { start, end, chunks, plan } = record;
    return start + Math.round((end - start) * (chunks / plan.count));
  }

  #enter(record: OpenRecord): WindowRecord {
    record.entry = this.#window.open(record.id, record.plan, record.length, record.valid, record.chunks);
    return record.entry;
  }

  #endRecord(): void {
    if (this.#record === undefined) return;
    const { id, plan, chunks } = this.#record;
    if (chunks !== plan.count) throw new Error(`${chunks} of the ${plan.count} chunks of ${id} came`);
    this.#record = undefined;
  }
}
