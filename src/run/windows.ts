/**
 * From records to windows: chunk, translate, tokenise. Reading is lazy: the next window is made when it is asked for, so
 * memory is bounded by the longest record at one byte per base plus a few windows.
 */

import type { FastaRecord } from '../input/fasta.ts';
import type { RecordRun } from '../input/records.ts';
import { ChunkPlan } from '../sequence/chunk.ts';
import { SixFrames } from '../sequence/frames.ts';
import type { NucleotideTokenizer } from '../tokens/nucleotide.ts';
import type { StageClock } from './stage-clock.ts';
import { Window } from './window.ts';

const LONG_RECORD_BYTES = 64 * 2 ** 20;
/** Garbage of a window is a few megabytes; a collection takes some milliseconds, a window without frames about 20. */
const WINDOWS_PER_COLLECTION = 8;

export interface WindowOptions {
  /** Chunk length, nt. */
  readonly length: number;
  /** Shorter records get no chunks, nt. */
  readonly minimumLength: number;
}

/** What was odd about the input, for one warning each at the end. */
export interface InputOddities {
  /** Records in which U was read as T. */
  uracilRecords: number;
  /** Records with characters that are no nucleotide code, and the number of such characters. */
  strangeRecords: number;
  strangeCharacters: number;
  firstStrange: { readonly id: string; readonly line: number } | undefined;
}

export class WindowSource {
  readonly oddities: InputOddities = {
    uracilRecords: 0,
    strangeRecords: 0,
    strangeCharacters: 0,
    firstStrange: undefined,
  };
  readonly #six: SixFrames;
  readonly #chunk: Uint8Array;
  #sinceCollected = 0;

  constructor(
    readonly run: RecordRun,
    readonly tokenizer: NucleotideTokenizer,
    readonly options: WindowOptions,
    readonly clock: StageClock,
  ) {
    this.#six = new SixFrames(options.length);
    this.#chunk = new Uint8Array(options.length);
  }

  /** The input, once, window by window; the last one may be small, none is empty. */
  async *windows(): AsyncGenerator<Window, void, undefined> {
    let window = new Window(this.tokenizer);
    for await (const batch of this.run.batches()) {
      let record = this.clock.time('read', () => batch.next());
      while (record !== undefined) {
        const plan = this.#plan(record);
        let next = 0;
        do {
          next = this.#fill(window, record, plan, next);
          if (window.full) {
            window.bytesRead = this.run.bytesRead;
            yield window;
            window = new Window(this.tokenizer);
            this.#collect(record);
          }
        } while (next < plan.count);
        record = this.clock.time('read', () => batch.next());
      }
    }
    window.bytesRead = this.run.bytesRead;
    if (window.records.length > 0) yield window;
  }

  /**
   * Has garbage collected while a long record is cut. The collector lets garbage grow in proportion to what is alive, so a
   * chromosome of 1 Gb would cost another gigabyte of dead rows; one byte per base is what was promised.
   */
  #collect({ bases }: FastaRecord): void {
    if (bases.capacity < LONG_RECORD_BYTES) return;
    this.#sinceCollected += 1;
    if (this.#sinceCollected < WINDOWS_PER_COLLECTION) return;
    this.#sinceCollected = 0;
    Bun.gc(true);
  }

  /** Chunks of a record: none when it is too short. */
  #plan(record: FastaRecord): ChunkPlan {
    this.#note(record);
    const tooShort = record.length < this.options.minimumLength;
    return new ChunkPlan(tooShort ? 0 : record.length, this.options.length);
  }

  /** Adds the record's chunks from `first` on until the window is full; returns the first one that did not go in. */
  #fill(window: Window, record: FastaRecord, plan: ChunkPlan, first: number): number {
    return this.clock.time('read', () => {
      const entry = window.open(record, plan, first);
      let chunk = first;
      for (; chunk < plan.count && (chunk === first || !window.full); chunk += 1) {
        const start = plan.start(chunk);
        const end = plan.end(chunk);
        const view = record.bases.view(start, end);
        if (view === undefined) record.bases.copy(start, end, this.#chunk);
        this.#six.translate(view ?? this.#chunk, 0, end - start);
        window.addChunk(entry, this.#six);
      }
      return chunk;
    });
  }

  #note({ id, line, hadUracil, nonIupac }: FastaRecord): void {
    const { oddities } = this;
    if (hadUracil) oddities.uracilRecords += 1;
    if (nonIupac === 0) return;
    oddities.strangeRecords += 1;
    oddities.strangeCharacters += nonIupac;
    oddities.firstStrange ??= { id, line };
  }
}
