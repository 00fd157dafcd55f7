/**
 * A run and its journal: what is found out goes into it, and what an earlier run found out comes from it. Windows are met
 * in the order of the input, and each is compared with what the journal says of it before anything of it is used.
 */

import type { InputPosition } from '../input/position.ts';
import type { RunJournal } from '../journal/run-journal.ts';
import type { StoredRun } from '../journal/stored-run.ts';
import type { EncoderName } from '../model/bundle/manifest.ts';
import { EXIT, UserError } from '../system/errors.ts';
import type { StageClock } from './stage-clock.ts';
import { endsHere, type Window } from './window.ts';

/** At the latest after so many chunks with a result the journal is brought to the disk. */
const CHUNKS_BETWEEN_SYNCS = 1000;

export interface JournaledOptions {
  readonly journal: RunJournal;
  /** Of an earlier run; undefined where this one is the first. */
  readonly stored: StoredRun | undefined;
  /** SHA-256 of the inputs up to a place; asked for in ascending order. */
  readonly hashAt: (end: InputPosition) => Promise<string>;
  /** As typed, for messages. */
  readonly inputs: readonly string[];
  /** Rows are kept until the end of the run: the results need them. */
  readonly keepsRows: boolean;
  readonly clock: StageClock;
}

/** Of each row of a window: 1 where something is so. */
type RowFlags = Readonly<Record<EncoderName, Uint8Array>>;

/** A window whose scores are not on the disk yet. */
interface OpenWindow {
  readonly window: Window;
  /** Rows that are on the disk. */
  readonly safe: RowFlags;
  /** Without its note on the disk, rows of a window are of no use. */
  isNoted: boolean;
}

export class JournaledRun {
  readonly #open = new Map<number, OpenWindow>();
  /** Of the windows whose scores are on the disk. */
  #safeRecords = 0;
  #resumed = 0;
  #hasMet = false;
  #chunksSinceSync = 0;

  constructor(readonly options: JournaledOptions) {}

  /** There is nothing in it that a later run could go on with. */
  get isEmpty(): boolean {
    return this.options.stored === undefined && !this.#hasMet;
  }

  get keepsRows(): boolean {
    return this.options.keepsRows;
  }

  /** Records whose results came from the journal. */
  get resumed(): number {
    return this.#resumed;
  }

  /**
   * A window was read.
   * @param embeddings are filled with the rows that are known, `[rows, width]`
   * @returns its scores `[pairs, 2]` where they are known, and which rows are
   * @throws UserError where the input is not the one that the journal was begun with
   */
  async meet(
    number: number,
    window: Window,
    embeddings: Readonly<Record<EncoderName, Float32Array>>,
  ): Promise<{ readonly scores: Float32Array | undefined; readonly done: RowFlags }> {
    const { journal, stored } = this.options;
    const sha256 = await this.options.hashAt(window.end);
    const note = {
      // The place in its own text: what was read as stored depends on how the input was cut.
      ...{ window: number, bytes: window.end.offset, sha256 },
      ...{ chunks: window.masks.length, frames: window.frames.length, pairs: window.pairNucleotide.length },
    };
    const known = stored?.windows.get(number);
    if (known !== undefined && !Bun.deepEquals(known, note)) throw this.#otherInput(window.end);
    await this.#timed(() => journal.window(note));
    this.#hasMet = true;
    const done = {
      nucleotide: new Uint8Array(window.nucleotide.rows),
      protein: new Uint8Array(window.protein.rows),
    };
    const scores = await stored?.scores(number);
    if (stored?.hasRows(number)) {
      for await (const { encoder, rowNumbers, embeddings: values } of stored.rows(number)) {
        fill(embeddings[encoder], done[encoder], rowNumbers, values);
      }
    }
    if (scores === undefined) {
      // Without a frame there is nothing to take: such records count with a window that is known.
      if (known !== undefined) this.#resumed += wholeRecords(window, done);
      const open: OpenWindow = { window, safe: done, isNoted: known !== undefined };
      this.#open.set(number, open);
      if (!open.isNoted) {
        // Its failure is heard by `failed`.
        journal.sync().then(
          () => {
            open.isNoted = true;
          },
          () => undefined,
        );
      }
    } else {
      const records = window.records.filter(endsHere).length;
      this.#resumed += records;
      this.#safeRecords += records;
    }
    return { scores, done: { nucleotide: done.nucleotide.slice(), protein: done.protein.slice() } };
  }

  /** A batch was computed. */
  async rows(number: number, encoder: EncoderName, rows: readonly number[], embeddings: Float32Array): Promise<void> {
    const { journal } = this.options;
    const whenSafe = () => {
      const safe = this.#open.get(number)?.safe[encoder];
      if (safe !== undefined) for (const row of rows) safe[row] = 1;
    };
    await this.#timed(() => journal.rows(number, encoder, Uint32Array.from(rows), embeddings, whenSafe));
  }

  /** A window was classified. @param scores `[pairs, 2]` */
  async scores(number: number, window: Window, scores: Float32Array): Promise<void> {
    const isNew = this.#open.has(number);
    const { journal } = this.options;
    const whenSafe = () => {
      if (!this.#open.delete(number)) return;
      this.#safeRecords += window.records.filter(endsHere).length;
    };
    await this.#timed(() => journal.scores(number, scores, whenSafe));
    if (!isNew) return;
    this.#chunksSinceSync += window.masks.length;
    if (this.#chunksSinceSync < CHUNKS_BETWEEN_SYNCS) return;
    this.#chunksSinceSync = 0;
    // Its failure is heard by `failed`; nobody has to wait for the disk.
    journal.sync().catch(() => undefined);
  }

  /** Records whose results are all on the disk. */
  get safeRecords(): number {
    return this.#timed(() => {
      let records = this.#safeRecords;
      for (const { window, safe, isNoted } of this.#open.values()) if (isNoted) records += wholeRecords(window, safe);
      return records;
    });
  }

  #timed<T>(work: () => T): T {
    return this.options.clock.time('journal', work);
  }

  #otherInput({ input }: InputPosition): UserError {
    const { inputs } = this.options;
    const [first] = inputs;
    const shown = inputs.length === 1 ? first : `one of the inputs up to ${inputs[input]}`;
    return new UserError(
      `${shown} is not what this run was begun with: its content differs`,
      'Give the inputs of the first run, or start anew with --force instead of --resume.',
      {},
      EXIT.usage,
    );
  }
}

function fill(target: Float32Array, done: Uint8Array, rowNumbers: Uint32Array, values: Float32Array): void {
  const width = values.length / rowNumbers.length;
  for (const [i, row] of rowNumbers.entries()) {
    if (row >= done.length || (row + 1) * width > target.length) throw new Error(`the journal has row ${row}`);
    target.set(values.subarray(i * width, (i + 1) * width), row * width);
    done[row] = 1;
  }
}

/** Records that end in the window and whose frames all have both rows. */
function wholeRecords({ records, masks, frames, pairNucleotide, pairProtein }: Window, done: RowFlags): number {
  let whole = 0;
  let chunk = 0;
  let frame = 0;
  for (const record of records) {
    let isWhole = endsHere(record);
    for (const end = chunk + record.chunks; chunk < end; chunk += 1) {
      for (let mask = masks[chunk]!; mask > 0; mask &= mask - 1) {
        const pair = frames[frame]!;
        frame += 1;
        isWhole &&= done.nucleotide[pairNucleotide[pair]!] === 1 && done.protein[pairProtein[pair]!] === 1;
      }
    }
    if (isWhole) whole += 1;
  }
  return whole;
}
