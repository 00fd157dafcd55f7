/** What the downloader tells, and the sums behind it. */

import type { Clock } from './clock.ts';
import { bytesPerSecond, NO_RATE, type Rate, rateAfter, secondsLeft } from './rate.ts';

export interface Overall {
  /** Bytes of all files that are there, what lay there before included. */
  readonly done: number;
  /** Undefined while the size of a file is unknown. */
  readonly total: number | undefined;
  /** Of the download, smoothed; undefined while there is too little to tell. */
  readonly bytesPerSecond: number | undefined;
  readonly secondsLeft: number | undefined;
}

/** How far one file is. A few per second and file, and one at the end. */
export interface BytesProgress {
  readonly kind: 'bytes';
  readonly name: string;
  /** `checking`: bytes on the disk are hashed; `downloading`: they come and are hashed. */
  readonly phase: 'checking' | 'downloading';
  readonly done: number;
  readonly total: number | undefined;
  readonly overall: Overall;
}

/** A turn that a file takes. */
export interface NoteProgress {
  readonly kind: 'note';
  readonly name: string;
  readonly note:
    | 'present' // there already, and right
    | 'replaced' // there already, but not right: it stays until the right one has come
    | 'started'
    | 'resumed'
    | 'restarted' // what had come is given up
    | 'waiting' // before the next attempt
    | 'done';
  /** A sentence. */
  readonly message: string;
}

export type FetchProgress = BytesProgress | NoteProgress;

const INTERVAL_MS = 200;

interface FileState {
  done: number;
  total: number | undefined;
  /** When it was last told. */
  toldMs: number;
}

export class ProgressTracker {
  readonly #files = new Map<string, FileState>();
  #rate: Rate = NO_RATE;
  /** Bytes that came since the rate was last taken, and when that was; undefined before the first request. */
  #fresh = 0;
  #ratedMs: number | undefined;

  constructor(
    readonly clock: Clock,
    readonly emit: (progress: FetchProgress) => void,
    files: readonly { readonly name: string; readonly bytes: number | undefined }[],
  ) {
    for (const { name, bytes } of files) this.#files.set(name, { done: 0, total: bytes, toldMs: -Infinity });
  }

  note(name: string, note: NoteProgress['note'], message: string): void {
    this.emit({ kind: 'note', name, note, message });
  }

  /** So many bytes of the file were found on the disk and hashed. */
  checked(name: string, done: number, total: number | undefined): void {
    this.#tell(name, 'checking', done, total);
  }

  /** The downloads begin: from now on time counts. */
  start(): void {
    this.#ratedMs = this.clock.now();
  }

  /** @param came bytes that came with this message; `done` may have gone back to 0 before */
  downloaded(name: string, done: number, total: number | undefined, came: number): void {
    this.#fresh += came;
    this.#tell(name, 'downloading', done, total);
  }

  #tell(name: string, phase: BytesProgress['phase'], done: number, total: number | undefined): void {
    const file = this.#files.get(name);
    if (file === undefined) throw new Error(`${name} is not among the files`);
    file.done = done;
    file.total = total;
    const now = this.clock.now();
    if (now - file.toldMs < INTERVAL_MS && done !== total) return;
    file.toldMs = now;
    this.emit({ kind: 'bytes', name, phase, done, total, overall: this.#overall(now) });
  }

  #overall(now: number): Overall {
    if (this.#ratedMs !== undefined && now > this.#ratedMs) {
      this.#rate = rateAfter(this.#rate, this.#fresh, (now - this.#ratedMs) / 1000);
      this.#fresh = 0;
      this.#ratedMs = now;
    }
    let done = 0;
    let total: number | undefined = 0;
    for (const file of this.#files.values()) {
      done += file.done;
      total = total === undefined || file.total === undefined ? undefined : total + file.total;
    }
    const left = total === undefined ? undefined : Math.max(0, total - done);
    return { done, total, bytesPerSecond: bytesPerSecond(this.#rate), secondsLeft: secondsLeft(this.#rate, left) };
  }
}
