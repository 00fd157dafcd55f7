/** A regular file as it was when a run began, held against what it is when it was read. */

import { statSync } from 'node:fs';
import { UserError } from '../system/errors.ts';
import { counted } from '../system/quantities.ts';
import { readingError } from './reading-error.ts';

const REMEDY = 'Wait until nothing writes to it any more, then run again.';

/** What differs. `replaced`: another file of the same size and time stands there; its content decides. */
export type FileChange = 'none' | 'replaced';

export class FileState {
  readonly #begin: Seen;

  /**
   * @param name path as typed
   * @param size bytes, as they were when it was looked at first
   */
  constructor(
    readonly name: string,
    readonly size: number,
  ) {
    const seen = look(name);
    if (seen === undefined) throw readingError(Object.assign(new Error('removed'), { code: 'ENOENT' }), name);
    this.#begin = seen;
  }

  /**
   * A file that was removed has not changed: it was read through descriptors that keep it.
   *
   * @throws UserError where its size or its time is another one
   */
  compare(): FileChange {
    const now = look(this.name);
    if (now === undefined) return 'none';
    const { mtimeNs, ino, dev } = this.#begin;
    if (Number(now.size) !== this.size) throw this.changedSize(Number(now.size));
    if (now.mtimeNs !== mtimeNs) throw this.#changed('the file was written to while it was read');
    // Some network file systems number their files anew now and then.
    return now.ino === ino && now.dev === dev ? 'none' : 'replaced';
  }

  /** @param bytes that there are now */
  changedSize(bytes: number): UserError {
    const did = bytes < this.size ? 'shrank' : 'grew';
    const was = `it had ${counted(this.size, 'byte')} and has ${counted(bytes, 'byte')} now`;
    return this.#changed(`the file ${did} while it was read: ${was}`);
  }

  replaced(): UserError {
    return this.#changed('another file was put in its place while it was read');
  }

  #changed(sentence: string): UserError {
    return new UserError(sentence, REMEDY, { file: this.name });
  }
}

interface Seen {
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ino: bigint;
  readonly dev: bigint;
}

/** Undefined where it is not there. */
function look(name: string): Seen | undefined {
  try {
    return statSync(name, { bigint: true, throwIfNoEntry: false });
  } catch (error) {
    throw readingError(error, name);
  }
}
