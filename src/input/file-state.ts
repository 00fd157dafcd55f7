/**
 * A regular file as it was when a run began, held against what it is once it was read.
 *
 * From the first look to the last byte read it must not change: one that grows or shrinks, is written to or replaced is
 * refused, and nobody decides which of its bytes were meant. What happens to it afterwards changes nothing any more.
 */

import { statSync } from 'node:fs';
import { UserError } from '../system/errors.ts';
import { counted } from '../system/quantities.ts';
import { laterReadingError } from './reading-error.ts';

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
    if (seen === undefined) throw laterReadingError(Object.assign(new Error('removed'), { code: 'ENOENT' }), name);
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
    const isSame = now.ino === ino && now.dev === dev;
    const isAltered = Number(now.size) !== this.size || now.mtimeNs !== mtimeNs;
    // Some network file systems number their files anew now and then.
    if (!isAltered) return isSame ? 'none' : 'replaced';
    if (!isSame) throw this.replaced();
    if (Number(now.size) !== this.size) throw changedSize(this.name, this.size, Number(now.size));
    throw changed(this.name, 'the file was written to while it was read');
  }

  /** Never throws. A file that was removed has not changed. */
  isUnchanged(): boolean {
    try {
      this.compare();
      return true;
    } catch {
      return false;
    }
  }

  replaced(): UserError {
    return changed(this.name, 'another file was put in its place while it was read');
  }
}

/**
 * @param name path as typed
 * @param before bytes
 * @param now bytes
 */
export function changedSize(name: string, before: number, now: number): UserError {
  const did = now < before ? 'shrank' : 'grew';
  const was = `it had ${counted(before, 'byte')} and has ${counted(now, 'byte')} now`;
  return changed(name, `the file ${did} while it was read: ${was}`);
}

/**
 * For a thread that was told to read up to some place of a file, and met its end before.
 *
 * @param name path as typed
 * @param wanted offset up to which there were bytes when the run began
 * @param end offset of the end that was met
 */
export function endedEarly(name: string, wanted: number, end: number): UserError {
  const had = `it had at least ${counted(wanted, 'byte')} and has ${counted(end, 'byte')} now`;
  return changed(name, `the file shrank while it was read: ${had}`);
}

function changed(name: string, sentence: string): UserError {
  return new UserError(sentence, REMEDY, { file: name });
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
    throw laterReadingError(error, name);
  }
}
