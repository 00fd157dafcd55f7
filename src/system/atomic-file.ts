/**
 * A file that is complete or absent: bytes go to `NAME.partial` in the same folder, and the file gets its name only
 * after everything is on the disk (flush, fsync, rename).
 *
 * Calls are synchronous and buffered, so a row costs no await. What the machine refuses (disk full, no permission)
 * becomes a UserError that names the file as it would have been called.
 */

import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { machineError, systemCode } from './machine-error.ts';

export const PARTIAL_SUFFIX = '.partial';

const BUFFER_BYTES = 512 * 1024;
/** UTF-16 units of text held back, so that many short rows are encoded in one call. */
const TEXT_UNITS = 64 * 1024;
/** A UTF-16 unit becomes at most three bytes. */
const BYTES_PER_UNIT = 3;

/** Anything that is written beside other files and gets its name together with them: `finish`, then `publish`. */
export interface PendingFile {
  /** The final path. */
  readonly path: string;
  /** Writes what is buffered, syncs and closes; the file still has its temporary name. */
  finish(): void;
  /** Renames. Only after `finish`. */
  publish(): void;
  /** Removes the temporary file; nothing happens after `publish` or a second time. */
  abort(): void;
}

type State = 'writing' | 'finished' | 'published' | 'aborted';

export class AtomicFile implements PendingFile {
  readonly #partial: string;
  readonly #descriptor: number;
  readonly #buffer = Buffer.allocUnsafe(BUFFER_BYTES);
  #used = 0;
  #text = '';
  #open = true;
  #state: State = 'writing';

  /** Creates the temporary file; one that an earlier run left behind is overwritten. */
  constructor(readonly path: string) {
    this.#partial = `${path}${PARTIAL_SUFFIX}`;
    this.#descriptor = this.#guarded(() => openSync(this.#partial, 'w'));
  }

  /** Appends text as UTF-8. */
  text(text: string): void {
    this.#mustBeWriting();
    this.#text += text;
    if (this.#text.length >= TEXT_UNITS) this.#encode();
  }

  /** Appends a copy of the bytes. */
  bytes(bytes: Uint8Array): void {
    this.#mustBeWriting();
    this.#encode();
    if (bytes.length > BUFFER_BYTES - this.#used) this.#drain();
    if (bytes.length > BUFFER_BYTES) {
      this.#writeAll(bytes, null);
    } else {
      this.#buffer.set(bytes, this.#used);
      this.#used += bytes.length;
    }
  }

  /** Replaces bytes that were appended before, from byte `position` of the file on. */
  overwrite(position: number, bytes: Uint8Array): void {
    this.#mustBeWriting();
    this.#encode();
    this.#drain();
    this.#writeAll(bytes, position);
  }

  finish(): void {
    this.#mustBeWriting();
    this.#encode();
    this.#drain();
    this.#guarded(() => {
      syncDescriptor(this.#descriptor);
      this.#close();
    });
    this.#state = 'finished';
  }

  publish(): void {
    if (this.#state !== 'finished') throw new Error(`${this.path} is ${this.#state}`);
    this.#guarded(() => renameSync(this.#partial, this.path));
    this.#state = 'published';
  }

  commit(): void {
    this.finish();
    this.publish();
  }

  abort(): void {
    if (this.#state === 'published' || this.#state === 'aborted') return;
    this.#state = 'aborted';
    // The reason for the abort is what a person needs to hear; a failing clean-up must not replace it.
    try {
      this.#close();
      rmSync(this.#partial, { force: true });
    } catch {}
  }

  #encode(): void {
    if (this.#text === '') return;
    for (let from = 0; from < this.#text.length; ) {
      const to = this.#cut(from);
      const part = from === 0 && to === this.#text.length ? this.#text : this.#text.slice(from, to);
      if (BYTES_PER_UNIT * part.length > BUFFER_BYTES - this.#used) this.#drain();
      this.#used += this.#buffer.write(part, this.#used, 'utf8');
      from = to;
    }
    this.#text = '';
  }

  /** End of the next piece of text that fits the buffer; a surrogate pair is never cut in two. */
  #cut(from: number): number {
    const to = from + TEXT_UNITS;
    if (to >= this.#text.length) return this.#text.length;
    const last = this.#text.charCodeAt(to - 1);
    return last >= 0xd800 && last < 0xdc00 ? to - 1 : to;
  }

  #drain(): void {
    if (this.#used > 0) this.#writeAll(this.#buffer.subarray(0, this.#used), null);
    this.#used = 0;
  }

  /** A write may take fewer bytes than it was given, for one just before a disk is full. */
  #writeAll(bytes: Uint8Array, position: number | null): void {
    this.#guarded(() => {
      for (let done = 0; done < bytes.length; ) {
        const at = position === null ? null : position + done;
        done += writeSync(this.#descriptor, bytes, done, bytes.length - done, at);
      }
    });
  }

  #mustBeWriting(): void {
    if (this.#state !== 'writing') throw new Error(`${this.path} is ${this.#state}`);
  }

  #close(): void {
    if (!this.#open) return;
    this.#open = false;
    closeSync(this.#descriptor);
  }

  #guarded<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw machineError(error, this.path);
    }
  }
}

/** Brings a file to the disk that was written in another way. */
export function syncFile(path: string): void {
  try {
    // Windows syncs only what is open for writing.
    const descriptor = openSync(path, 'r+');
    try {
      syncDescriptor(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw machineError(error, path);
  }
}

/** Makes renames in a folder last through a power cut, where the system can do that. */
export function syncFolder(folder: string): void {
  try {
    const descriptor = openSync(folder, 'r');
    try {
      syncDescriptor(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    // Windows opens no folders, and some file systems forbid it; the files themselves are safe already.
    if (!['EACCES', 'EISDIR', 'EPERM'].includes(systemCode(error) ?? '')) throw machineError(error, folder);
  }
}

/** Some file systems and devices cannot sync and say so with EINVAL or ENOTSUP: there is nothing to wait for then. */
export function syncDescriptor(descriptor: number): void {
  try {
    fsyncSync(descriptor);
  } catch (error) {
    if (!['EINVAL', 'ENOTSUP'].includes(systemCode(error) ?? '')) throw error;
  }
}
