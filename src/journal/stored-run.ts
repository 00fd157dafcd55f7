/**
 * What a journal tells of an earlier run: what is known of which window. Scores and rows stay in their files until they
 * are asked for.
 *
 * A file of rows counts only if it names this run and the run knows its window: rows without the hash of the input up to
 * there could be those of other sequences.
 */

import type { Crash } from '../system/crash.ts';
import type { JsonObject } from '../system/json-object.ts';
import type { FileCalls } from './file-calls.ts';
import { lookInto, runPath, windowPath } from './journal-folder.ts';
import { damagedJournal, readBody, readFirstFrame, readJournal, recover, type StoredFrame } from './read-journal.ts';
import {
  isOwner,
  KIND,
  parseCrash,
  parseRows,
  parseRun,
  parseScores,
  parseWindow,
  type RowsNote,
  type WindowNote,
} from './run-frames.ts';

export class StoredRun {
  /** Windows that were read, in the order in which they were told. */
  readonly windows = new Map<number, WindowNote>();
  readonly crashes: Crash[] = [];
  readonly #scores = new Map<number, StoredFrame>();
  /** Windows with a file of rows. */
  readonly #rows = new Set<number>();

  private constructor(
    readonly folder: string,
    readonly run: string,
    readonly fingerprint: JsonObject,
    readonly files: FileCalls,
  ) {}

  /**
   * Reads the journal in a folder and cuts off what is torn. Window files that are no use are removed.
   * @param keepRows whether rows are of use when the scores of their window are known
   * @returns undefined where no run was begun
   */
  static async read(folder: string, keepRows: boolean, files: FileCalls): Promise<StoredRun | undefined> {
    const content = await lookInto(folder, files);
    if (!content?.hasRun) return undefined;
    const path = runPath(folder);
    const [first, ...others] = (await recover(path, files)).frames;
    if (first === undefined) throw damagedJournal(path, 'its beginning cannot be read');
    const { run, fingerprint } = parseRun(first, path);
    const stored = new StoredRun(folder, run, fingerprint, files);
    for (const frame of others) stored.#take(frame);
    for (const window of content.windows) await stored.#takeRows(window, keepRows);
    return stored;
  }

  hasScores(window: number): boolean {
    return this.#scores.has(window);
  }

  /** Whether there may be rows of a window. */
  hasRows(window: number): boolean {
    return this.#rows.has(window);
  }

  /** @returns `[pairs, 2]`, undefined where they are not known */
  async scores(window: number): Promise<Float32Array<ArrayBuffer> | undefined> {
    const frame = this.#scores.get(window);
    return frame === undefined ? undefined : new Float32Array(await readBody(runPath(this.folder), frame, this.files));
  }

  /** The rows that are known of a window, in no order; one may come again, with the same numbers. */
  async *rows(window: number): AsyncGenerator<RowsNote, void, undefined> {
    const note = this.windows.get(window);
    if (note === undefined || !this.#rows.has(window)) return;
    const path = windowPath(this.folder, window);
    const [, ...frames] = (await readJournal(path, this.files)).frames;
    for (const frame of frames) {
      if (frame.kind !== KIND.rows) throw damagedJournal(path, 'a frame tells something unknown');
      yield parseRows(frame, await readBody(path, frame, this.files), note, path);
    }
  }

  #take(frame: StoredFrame): void {
    const path = runPath(this.folder);
    if (frame.kind === KIND.window) {
      const note = parseWindow(frame, path);
      if (this.windows.has(note.window)) throw damagedJournal(path, `it has window ${note.window} twice`);
      this.windows.set(note.window, note);
    } else if (frame.kind === KIND.scores) {
      this.#scores.set(parseScores(frame, this.windows, path), frame);
    } else if (frame.kind === KIND.crash) {
      this.crashes.push(parseCrash(frame, path));
    } else {
      throw damagedJournal(path, 'a frame tells something unknown');
    }
  }

  async #takeRows(window: number, keepRows: boolean): Promise<void> {
    const path = windowPath(this.folder, window);
    const isUseful = this.windows.has(window) && (keepRows || !this.#scores.has(window));
    if (isUseful && isOwner(await readFirstFrame(path, this.files), this.run, window)) this.#rows.add(window);
    else await removeRows(path, this.files);
  }
}

/** A file of rows that stays costs space, never truth: a run is not ended for it. */
export async function removeRows(path: string, files: FileCalls): Promise<void> {
  try {
    await files.unlink(path);
  } catch {}
}
