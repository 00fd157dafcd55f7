/**
 * A run and its journal: what is found out goes into it, and what an earlier run found out comes from it. Windows are met
 * in the order of the input, and each is compared with what the journal says of it before anything of it is used.
 */

import { STANDARD_INPUT } from '../input/container.ts';
import type { InputPosition } from '../input/position.ts';
import type { RunJournal } from '../journal/run-journal.ts';
import type { StoredRun } from '../journal/stored-run.ts';
import type { EncoderName } from '../model/bundle/manifest.ts';
import { EXIT, UserError } from '../system/errors.ts';
import { OpenWindow, type RowFlags } from './open-window.ts';
import type { StageClock } from './stage-clock.ts';
import type { Window } from './window.ts';

/**
 * After so many rows of one encoder the journal is brought to the disk, if its own clock has not done that before. A chunk
 * with a frame has a row of each encoder, so no more chunks (of different content) have a result that is not safe.
 */
const ROWS_BETWEEN_SYNCS = 1000;

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

export class JournaledRun {
  /** Windows whose scores are not on the disk yet. */
  readonly #open = new Map<number, OpenWindow>();
  /** Of the windows whose scores are on the disk. */
  #safeRecords = 0;
  #resumed = 0;
  #hasMet = false;
  /** Of each encoder. */
  readonly #rowsSinceSync = { nucleotide: 0, protein: 0 };

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
    const done = {
      nucleotide: new Uint8Array(window.nucleotide.rows),
      protein: new Uint8Array(window.protein.rows),
    };
    const open = this.#timed(() => new OpenWindow(window, done, known !== undefined));
    await this.#timed(() => journal.window(note, () => open.noted()));
    // An early end has something to go on with.
    if (!this.#hasMet) this.#syncSoon();
    this.#hasMet = true;
    const scores = await stored?.scores(number);
    if (stored?.hasRows(number)) {
      for await (const { encoder, rowNumbers, embeddings: values } of stored.rows(number)) {
        fill(embeddings[encoder], done[encoder], rowNumbers, values);
      }
    }
    if (scores === undefined) {
      // Without a frame there is nothing to take: such records count with a window that is known.
      if (known !== undefined) this.#resumed += open.whole;
      this.#open.set(number, open);
    } else {
      this.#resumed += open.records;
      this.#safeRecords += open.records;
    }
    return { scores, done: { nucleotide: done.nucleotide.slice(), protein: done.protein.slice() } };
  }

  /** A batch was computed. */
  async rows(number: number, encoder: EncoderName, rows: readonly number[], embeddings: Float32Array): Promise<void> {
    const { journal } = this.options;
    const whenSafe = this.#whenRowsAreSafe(number, encoder, rows);
    await this.#timed(() => journal.rows(number, encoder, Uint32Array.from(rows), embeddings, whenSafe));
    const since = this.#rowsSinceSync;
    since[encoder] += rows.length;
    if (since[encoder] < ROWS_BETWEEN_SYNCS) return;
    since.nucleotide = 0;
    since.protein = 0;
    this.#syncSoon();
  }

  /** A window was classified. @param scores `[pairs, 2]` */
  async scores(number: number, scores: Float32Array): Promise<void> {
    const { journal } = this.options;
    const open = this.#open.get(number);
    const whenSafe = this.#whenScoresAreSafe(number);
    if (open !== undefined) this.#timed(() => open.scored());
    await this.#timed(() => journal.scores(number, scores, whenSafe));
  }

  /** Records whose results are all on the disk. */
  get safeRecords(): number {
    return this.#timed(() => {
      let records = this.#safeRecords;
      for (const { isNoted, whole } of this.#open.values()) if (isNoted) records += whole;
      return records;
    });
  }

  // What is called later is made apart from what it is called for: a function holds all that those beside it use.

  #whenRowsAreSafe(number: number, encoder: EncoderName, rows: readonly number[]): () => void {
    return () => {
      const safe = this.#open.get(number)?.safe[encoder];
      if (safe !== undefined) for (const row of rows) safe[row] = 1;
    };
  }

  #whenScoresAreSafe(number: number): () => void {
    return () => {
      this.#safeRecords += this.#open.get(number)?.records ?? 0;
      this.#open.delete(number);
    };
  }

  #syncSoon(): void {
    // Its failure is heard by `failed`; nobody has to wait for the disk.
    this.options.journal.sync().catch(() => undefined);
  }

  #timed<T>(work: () => T): T {
    return this.options.clock.time('journal', work);
  }

  #otherInput({ input }: InputPosition): UserError {
    const { inputs } = this.options;
    const [first] = inputs;
    const name = (path: string | undefined) => (path === STANDARD_INPUT ? 'standard input' : path);
    const shown = inputs.length === 1 ? name(first) : `one of the inputs up to ${name(inputs[input])}`;
    return new UserError(
      `${shown} is not what this run was begun with: its content differs`,
      'Give the inputs of the first run in the same form (plain, compressed, through a pipe), or start anew with --force instead of --resume.',
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
