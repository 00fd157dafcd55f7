/**
 * Writes a journal file. Frames are queued and written in order, many at once, by one loop; nobody who appends waits.
 *
 * Invariants: a frame is called safe only after a sync that began behind its write has returned. A sync serves all who
 * wait for one, and happens by itself SYNC_SECONDS after the first frame that no sync was asked for. After the first
 * failure nothing is written, and nothing more is called safe.
 *
 * Positions are in bytes of frames appended by this writer: #safe <= #written <= #appended.
 */

import { dirname } from 'node:path';
import { UserError } from '../system/errors.ts';
import { machineError, systemCode } from '../system/machine-error.ts';
import { type JournalClock, SYSTEM_CLOCK } from './clock.ts';
import { type FileCalls, type OpenFile, SYSTEM_FILES, writeAll } from './file-calls.ts';
import { encodeFrame, type Frame } from './frame.ts';
import { recover } from './read-journal.ts';

const SYNC_SECONDS = 1;
/** Bytes that wait to be written before those who append are asked to wait. */
const ROOM_BYTES = 64 << 20;
/** Bytes that are written at once, if no sync comes before: a call for every frame costs more than the frame. */
const WRITE_BYTES = 1 << 20;

export interface JournalOptions {
  readonly files?: FileCalls | undefined;
  readonly clock?: JournalClock | undefined;
  /** Called behind every sync, after what was to be told of its frames. */
  readonly onSync?: (() => void) | undefined;
}

interface Queued {
  readonly bytes: Uint8Array;
  readonly whenSafe: (() => void) | undefined;
}

interface Waiter {
  readonly position: number;
  readonly done: PromiseWithResolvers<void>;
}

export class JournalFile {
  readonly #files: FileCalls;
  readonly #clock: JournalClock;
  readonly #failed = Promise.withResolvers<never>();
  readonly #queue: Queued[] = [];
  /** What is to be called for the frames that were written and not yet synced. */
  #unsynced: (() => void)[] = [];
  #waiters: Waiter[] = [];
  #room: PromiseWithResolvers<void> | undefined;
  #file: OpenFile | undefined;
  #isNameSafe: boolean;
  #appended = 0;
  #written = 0;
  /** -1 until the file is open. */
  #safe = -1;
  /** Position up to which a sync was asked for. */
  #wanted = 0;
  #callOff: (() => void) | undefined;
  #failure: { readonly error: unknown } | undefined;
  #isEnded = false;
  #isWorking = false;
  #work: Promise<void> = Promise.resolve();

  private constructor(
    readonly path: string,
    readonly opened: (files: FileCalls) => Promise<OpenFile>,
    readonly options: JournalOptions,
    isNew: boolean,
  ) {
    this.#files = options.files ?? SYSTEM_FILES;
    this.#clock = options.clock ?? SYSTEM_CLOCK;
    this.#isNameSafe = !isNew;
    // Who does not look at it hears of the failure at the next call.
    this.failed.catch(() => undefined);
    this.#start();
  }

  /** A new file that begins with `first`. One that exists already is a failure. */
  static create(path: string, first: Frame, options: JournalOptions = {}): JournalFile {
    const file = new JournalFile(path, (files) => files.open(path, 'create'), options, true);
    void file.append(first);
    return file;
  }

  /** An existing file; what is no sound frame at its end is cut off first. */
  static open(path: string, options: JournalOptions = {}): JournalFile {
    const opened = async (files: FileCalls) => {
      await recover(path, files);
      return files.open(path, 'append');
    };
    return new JournalFile(path, opened, options, false);
  }

  /** Rejects with the first failure, as a UserError where the machine refused something; never resolves. */
  get failed(): Promise<never> {
    return this.#failed.promise;
  }

  /**
   * Queues a frame; its body may be used for something else at once. Throws what failed before.
   * @param whenSafe called when the frame is on the disk; never if that fails
   * @returns resolved when less than 64 MB wait to be written, or nothing is written any more; whoever makes frames
   *   faster than the disk takes them should wait for it
   */
  append(frame: Frame, whenSafe?: () => void): Promise<void> {
    this.#mustBeSound();
    const bytes = encodeFrame(frame);
    this.#queue.push({ bytes, whenSafe });
    this.#appended += bytes.length;
    this.#callOff ??= this.#clock.after(SYNC_SECONDS, () => this.#want());
    this.#start();
    if (this.#appended - this.#written < ROOM_BYTES) return Promise.resolve();
    this.#room ??= Promise.withResolvers();
    return this.#room.promise;
  }

  /** Resolves when everything appended before is on the disk; rejects with what failed. */
  async sync(): Promise<void> {
    this.#mustBeSound();
    if (this.#safe >= this.#appended) return;
    const done = Promise.withResolvers<void>();
    this.#waiters.push({ position: this.#appended, done });
    this.#want();
    await done.promise;
  }

  /** Syncs and closes. The file is closed also when that fails. */
  async close(): Promise<void> {
    if (this.#isEnded) return;
    try {
      await this.sync();
    } finally {
      await this.abandon();
    }
  }

  /** Closes, and writes nothing more: for a file that is not needed any longer, or after a failure. */
  async abandon(): Promise<void> {
    this.#isEnded = true;
    this.#drop(new Error(`${this.path} was abandoned`));
    await this.#work;
    const file = this.#file;
    this.#file = undefined;
    // What was to be safe was synced before.
    await file?.close().catch(() => undefined);
  }

  #mustBeSound(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
    if (this.#isEnded) throw new Error(`${this.path} is closed`);
  }

  #want(): void {
    this.#callOff?.();
    this.#callOff = undefined;
    this.#wanted = this.#appended;
    this.#start();
  }

  #start(): void {
    if (this.#isWorking || this.#isEnded || this.#failure !== undefined) return;
    this.#isWorking = true;
    this.#work = this.#loop();
  }

  async #loop(): Promise<void> {
    try {
      if (this.#file === undefined) await this.#open();
      for (let step = this.#step(); step !== undefined; step = this.#step()) await step;
    } catch (error) {
      this.#fail(error);
    }
    // Nothing may come between the last look for work and this line, or a frame would wait for the next one.
    this.#isWorking = false;
  }

  async #open(): Promise<void> {
    this.#file = await this.opened(this.#files);
    this.#safe = 0;
    this.#tell();
  }

  /** Begins a sync where one is due, else the next write. @returns undefined when there is nothing to do */
  #step(): Promise<void> | undefined {
    const file = this.#file;
    if (file === undefined || this.#isEnded) return undefined;
    if (this.#wanted > this.#safe && this.#written >= this.#wanted) return this.#syncWritten(file);
    const isDue = this.#wanted > this.#written || this.#appended - this.#written >= WRITE_BYTES;
    return isDue ? this.#write(file, this.#gather()) : undefined;
  }

  /** Takes the next frames from the queue, all of them where they are few. */
  #gather(): Queued[] {
    let frames = 0;
    for (let bytes = 0; frames < this.#queue.length && bytes < WRITE_BYTES; frames += 1) {
      bytes += this.#queue[frames]!.bytes.length;
    }
    return this.#queue.splice(0, frames);
  }

  async #write(file: OpenFile, frames: readonly Queued[]): Promise<void> {
    const bytes = frames.length === 1 ? frames[0]!.bytes : Buffer.concat(frames.map((frame) => frame.bytes));
    await writeAll(file, bytes);
    this.#written += bytes.length;
    this.#unsynced.push(...frames.flatMap(({ whenSafe }) => whenSafe ?? []));
    if (this.#appended - this.#written < ROOM_BYTES) {
      this.#room?.resolve();
      this.#room = undefined;
    }
  }

  async #syncWritten(file: OpenFile): Promise<void> {
    await file.sync();
    if (!this.#isNameSafe) await this.#files.syncFolder(dirname(this.path));
    this.#isNameSafe = true;
    if (this.#isEnded) return;
    this.#safe = this.#written; // nothing is written meanwhile: the loop does one thing at a time
    const told = this.#unsynced;
    this.#unsynced = [];
    for (const whenSafe of told) whenSafe();
    this.options.onSync?.();
    this.#tell();
  }

  /** Wakes those whose frames are safe. */
  #tell(): void {
    const due = this.#waiters.filter(({ position }) => position <= this.#safe);
    this.#waiters = this.#waiters.filter(({ position }) => position > this.#safe);
    for (const { done } of due) done.resolve();
  }

  #fail(error: unknown): void {
    const known = systemCode(error) === 'EEXIST' ? alreadyThere(this.path) : machineError(error, this.path);
    this.#failure = { error: known };
    this.#drop(known);
    this.#failed.reject(known);
  }

  /** Forgets what was not written, and wakes everybody. */
  #drop(reason: unknown): void {
    this.#callOff?.();
    this.#callOff = undefined;
    this.#queue.length = 0;
    this.#unsynced = [];
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const { done } of waiters) done.reject(reason);
    this.#room?.resolve();
    this.#room = undefined;
  }
}

export function alreadyThere(path: string): UserError {
  return new UserError('is there already', 'Go on with --resume, or start anew with --force.', { file: path });
}
