/**
 * Writes what a run finds out, as it finds it out: windows and scores in one file, rows in a file for each window that
 * goes when the window's scores are on the disk.
 *
 * Nothing here waits for the disk. What fails is told once by `failed` and thrown by every later call.
 */

import type { Crash } from '../system/crash.ts';
import type { JsonObject } from '../system/json-object.ts';
import type { JournalClock } from './clock.ts';
import { type FileCalls, SYSTEM_FILES } from './file-calls.ts';
import { JournalFile, type JournalOptions } from './journal-file.ts';
import { beginFolder, discardJournal, runPath, windowPath } from './journal-folder.ts';
import {
  crashFrame,
  type JournalEncoder,
  ownerFrame,
  rowsFrames,
  runFrame,
  scoresFrame,
  type WindowNote,
  windowFrame,
} from './run-frames.ts';
import { removeRows, StoredRun } from './stored-run.ts';

/** What is on the disk and survives whatever comes. */
export interface Checkpoint {
  /** Windows with scores, and the chunks in them. */
  readonly windows: number;
  readonly chunks: number;
  /** Rows that this process wrote of windows without scores. */
  readonly rows: number;
}

export interface RunJournalOptions {
  /** Keeps rows until the run is finished. */
  readonly keepRows?: boolean | undefined;
  /** Called behind every sync. */
  readonly onCheckpoint?: ((checkpoint: Checkpoint) => void) | undefined;
  readonly files?: FileCalls | undefined;
  readonly clock?: JournalClock | undefined;
}

export interface Resumed {
  readonly journal: RunJournal;
  readonly stored: StoredRun;
}

export class RunJournal {
  readonly #files: FileCalls;
  readonly #run: JournalFile;
  readonly #failed = Promise.withResolvers<never>();
  readonly #windows: Map<number, WindowNote>;
  readonly #crashes: Crash[];
  /** Windows whose scores were given to this process. */
  readonly #scored = new Set<number>();
  readonly #rowFiles = new Map<number, JournalFile>();
  /** Rows on the disk by window. */
  readonly #safeRows = new Map<number, number>();
  readonly #safe = { windows: 0, chunks: 0 };
  /** Ends of files that are not needed any longer. */
  readonly #endings = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | undefined;

  private constructor(
    readonly folder: string,
    /** Of this run alone. */
    readonly name: string,
    readonly options: RunJournalOptions,
    readonly stored: StoredRun | undefined,
  ) {
    this.#files = options.files ?? SYSTEM_FILES;
    this.failed.catch(() => undefined);
    this.#windows = new Map(stored?.windows);
    this.#crashes = [...(stored?.crashes ?? [])];
    for (const { window, chunks } of this.#windows.values()) {
      if (!stored?.hasScores(window)) continue;
      this.#safe.windows += 1;
      this.#safe.chunks += chunks;
    }
    this.#run = this.#watched(JournalFile.open(runPath(folder), this.#fileOptions));
  }

  /** Begins the journal of a new run; a journal that is there already is a UserError. */
  static async begin(folder: string, fingerprint: JsonObject, options: RunJournalOptions = {}): Promise<RunJournal> {
    const run = crypto.randomUUID();
    await beginFolder(folder, runFrame({ run, fingerprint }), options.files ?? SYSTEM_FILES);
    return new RunJournal(folder, run, options, undefined);
  }

  /** Goes on with the journal of an earlier run. @returns undefined where none was begun: then `begin` */
  static async resume(folder: string, options: RunJournalOptions = {}): Promise<Resumed | undefined> {
    const stored = await StoredRun.read(folder, options.keepRows ?? false, options.files ?? SYSTEM_FILES);
    return stored && { stored, journal: new RunJournal(folder, stored.run, options, stored) };
  }

  /** Rejects with the first failure; never resolves. */
  get failed(): Promise<never> {
    return this.#failed.promise;
  }

  /**
   * A window was read; one that is known already is passed over.
   * @param whenSafe called when it is on the disk; never for one that is passed over
   * @returns as `JournalFile.append`, here and below
   */
  window(note: WindowNote, whenSafe?: () => void): Promise<void> {
    this.#mustBeSound();
    const known = this.#windows.get(note.window);
    if (known === undefined) {
      this.#windows.set(note.window, note);
      return this.#run.append(windowFrame(note), whenSafe);
    }
    if (Bun.deepEquals(known, note)) return Promise.resolve();
    throw new Error(`window ${note.window} was ${JSON.stringify(known)} and is ${JSON.stringify(note)}`);
  }

  /** Of every process so far, in the order in which they came. */
  get crashes(): readonly Crash[] {
    return this.#crashes;
  }

  /** A crash; one that is known already is passed over. */
  crash(note: Crash): Promise<void> {
    this.#mustBeSound();
    if (this.#crashes.some((known) => Bun.deepEquals(known, note))) return Promise.resolve();
    this.#crashes.push(note);
    return this.#run.append(crashFrame(note));
  }

  /**
   * Rows of a window were encoded. Where the window's scores are known they are passed over, unless an earlier process
   * left the scores without all rows and rows are kept.
   * @param rowNumbers `[rows]`
   * @param embeddings `[rows, width]`
   * @param whenSafe called when all of them are on the disk; never for rows that are passed over
   */
  rows(
    window: number,
    encoder: JournalEncoder,
    rowNumbers: Uint32Array,
    embeddings: Float32Array,
    whenSafe?: () => void,
  ): Promise<void> {
    this.#mustBeSound();
    this.#noteOf(window);
    if (!Number.isInteger(embeddings.length / rowNumbers.length)) {
      throw new Error(`${rowNumbers.length} rows have ${embeddings.length} numbers`);
    }
    const isStored = this.stored?.hasScores(window) === true;
    if (this.#scored.has(window) || (isStored && !this.options.keepRows)) return Promise.resolve();
    const file = this.#rowFile(window);
    let room = Promise.resolve();
    let unsafe = rowNumbers.length;
    for (const { rows, frame } of rowsFrames({ encoder, rowNumbers, embeddings })) {
      room = file.append(frame, () => {
        this.#safeRows.set(window, (this.#safeRows.get(window) ?? 0) + rows);
        unsafe -= rows;
        if (unsafe === 0) whenSafe?.();
      });
    }
    return room;
  }

  /**
   * A window was classified. Its rows go when this is on the disk, unless they are kept.
   * @param scores `[pairs, 2]`
   * @param whenSafe called when they are on the disk; never for scores that an earlier process or call gave
   */
  scores(window: number, scores: Float32Array, whenSafe?: () => void): Promise<void> {
    this.#mustBeSound();
    const { pairs, chunks } = this.#noteOf(window);
    if (scores.length !== 2 * pairs) throw new Error(`${pairs} pairs have ${scores.length} scores`);
    if (this.#scored.has(window)) return Promise.resolve();
    this.#scored.add(window);
    if (this.stored?.hasScores(window)) {
      this.#endRows(window);
      return Promise.resolve();
    }
    return this.#run.append(scoresFrame(window, scores), () => {
      this.#safe.windows += 1;
      this.#safe.chunks += chunks;
      this.#endRows(window);
      whenSafe?.();
    });
  }

  /** Resolves when everything given before is on the disk. */
  async sync(): Promise<void> {
    this.#mustBeSound();
    await this.#run.sync();
    const syncs = [...this.#rowFiles].map(async ([window, file]) => {
      try {
        await file.sync();
      } catch (error) {
        // Scores of the window may have become safe in the meantime: then its rows are not waited for.
        if (this.#rowFiles.get(window) === file) throw error;
      }
    });
    await Promise.all([...syncs, ...this.#endings]);
    this.#mustBeSound();
  }

  /** Syncs and closes, for a run that is to be resumed. All files are closed also when that fails. */
  async close(): Promise<void> {
    try {
      await this.sync();
    } finally {
      await this.#closeFiles();
    }
  }

  /** The results have their names: removes the journal. */
  async finish(): Promise<void> {
    await this.#closeFiles();
    await discardJournal(this.folder, this.#files);
  }

  get #fileOptions(): JournalOptions {
    const onSync = () => {
      const rows = this.#safeRows.values().reduce((sum, one) => sum + one, 0);
      this.options.onCheckpoint?.({ ...this.#safe, rows });
    };
    return { files: this.#files, clock: this.options.clock, onSync };
  }

  #rowFile(window: number): JournalFile {
    const known = this.#rowFiles.get(window);
    if (known !== undefined) return known;
    const path = windowPath(this.folder, window);
    const options = this.#fileOptions;
    const file = this.stored?.hasRows(window)
      ? JournalFile.open(path, options)
      : JournalFile.create(path, ownerFrame(this.name, window), options);
    this.#rowFiles.set(window, this.#watched(file));
    return file;
  }

  #watched(file: JournalFile): JournalFile {
    file.failed.catch((error: unknown) => this.#fail(error));
    return file;
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#failed.reject(error);
  }

  /** The scores of a window are on the disk. */
  #endRows(window: number): void {
    const file = this.#rowFiles.get(window);
    this.#rowFiles.delete(window);
    this.#safeRows.delete(window);
    const ending = this.options.keepRows ? this.#closeRows(file) : this.#removeRows(window, file);
    this.#endings.add(ending);
    void ending.then(() => this.#endings.delete(ending));
  }

  async #closeRows(file: JournalFile | undefined): Promise<void> {
    try {
      await file?.close();
    } catch (error) {
      this.#fail(error);
    }
  }

  async #removeRows(window: number, file: JournalFile | undefined): Promise<void> {
    await file?.abandon();
    if (file !== undefined || this.stored?.hasRows(window))
      await removeRows(windowPath(this.folder, window), this.#files);
  }

  async #closeFiles(): Promise<void> {
    await this.#run.abandon();
    for (const file of this.#rowFiles.values()) await file.abandon();
    await Promise.all(this.#endings);
  }

  #noteOf(window: number): WindowNote {
    const note = this.#windows.get(window);
    if (note === undefined) throw new Error(`window ${window} was not told`);
    return note;
  }

  #mustBeSound(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
