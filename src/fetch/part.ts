/**
 * A file on its way: `NAME.part`, with its hashes, until it gets its name. Only the owner of the folder's lock may open one.
 *
 * Bytes are hashed and written in blocks of 1 MiB, in order, each exactly once; `length` counts those taken, and after
 * `flush` they are all in the file. A part that an earlier process left is hashed from the disk when it is opened.
 */

import { constants, rmSync, statSync, writeSync } from 'node:fs';
import { type FileHandle, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from '../system/atomic-file.ts';
import { machineError } from '../system/machine-error.ts';
import { BLOCK_BYTES, ContentDigest, type Digests, digestFromDisk } from './digest.ts';
import { type PartNote, readPartNote, writePartNote } from './notes.ts';
import { isSameHash, type RemoteFile } from './remote-file.ts';

/** Size of the part that can be gone on with; 0 where there is none. Reads no content. */
export function resumableBytes(folder: string, file: RemoteFile): number {
  const path = join(folder, `${file.name}.part`);
  const note = readPartNote(`${path}.json`);
  if (note === undefined || !fits(note, file)) return 0;
  const bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  return bytes <= (file.bytes ?? note.total ?? bytes) ? bytes : 0;
}

/**
 * Without a hash, only what the same address sent can be gone on with, and only where it can be asked whether it is
 * still the same.
 */
function fits(note: PartNote, file: RemoteFile): boolean {
  if (note.bytes !== file.bytes || !isSameHash(note.hash, file.hash)) return false;
  return file.hash !== undefined || (note.url === file.url && note.validator !== undefined);
}

export class Part {
  readonly #path: string;
  readonly #block = Buffer.allocUnsafe(BLOCK_BYTES);
  #digest: ContentDigest;
  #used = 0;
  #written = 0;
  #note: PartNote | undefined;
  #isPieced = false;
  #isOpen = true;

  private constructor(
    readonly folder: string,
    readonly file: RemoteFile,
    readonly handle: FileHandle,
  ) {
    this.#path = join(folder, file.name);
    this.#digest = this.#newDigest(file.bytes);
  }

  /** @param onRead told how many bytes of an earlier process's part were hashed */
  static async open(
    folder: string,
    file: RemoteFile,
    signal: AbortSignal,
    onRead: (bytes: number) => void,
  ): Promise<Part> {
    const path = join(folder, file.name);
    const there = resumableBytes(folder, file);
    try {
      const handle = await open(`${path}.part`, constants.O_RDWR | constants.O_CREAT, 0o644);
      const part = new Part(folder, file, handle);
      try {
        await part.#adopt(there, signal, onRead);
      } catch (error) {
        await handle.close();
        throw error;
      }
      return part;
    } catch (error) {
      throw machineError(error, path);
    }
  }

  /** Bytes taken. */
  get length(): number {
    return this.#written + this.#used;
  }

  /** Size of the whole, by the catalogue or else the server. */
  get total(): number | undefined {
    return this.file.bytes ?? this.#note?.total;
  }

  /** What to ask the server with whether the file is still the same; undefined when another address sent the bytes. */
  get validator(): string | undefined {
    return this.#note?.url === this.file.url ? this.#note.validator : undefined;
  }

  /** Whether the bytes came in more than one answer: then a wrong hash may be the seam's fault. */
  get isPieced(): boolean {
    return this.#isPieced;
  }

  /** Whether nothing is left to ask for. */
  get isWhole(): boolean {
    return this.length === this.total;
  }

  /** Writes down what the server says about the bytes that are there or come now. */
  describe(total: number | undefined, validator: string | undefined): void {
    const { url, bytes, hash } = this.file;
    const note: PartNote = { url, bytes, hash, total, validator };
    if (JSON.stringify(note) !== JSON.stringify(this.#note)) writePartNote(`${this.#path}.part.json`, note);
    this.#note = note;
    if (this.length > 0) this.#isPieced = true;
  }

  /** Takes a copy of the bytes. */
  async append(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const taken = bytes.subarray(at, at + BLOCK_BYTES - this.#used);
      this.#block.set(taken, this.#used);
      this.#used += taken.length;
      at += taken.length;
      if (this.#used === BLOCK_BYTES) await this.flush();
    }
  }

  async flush(): Promise<void> {
    const bytes = this.#block.subarray(0, this.#used);
    await this.#guarded(async () => {
      for (let done = 0; done < bytes.length; ) {
        done += (await this.handle.write(bytes, done, bytes.length - done, this.#written + done)).bytesWritten;
      }
    });
    this.#digest.update(bytes);
    this.#written += bytes.length;
    this.#used = 0;
  }

  /** What was taken goes to the file at once: the process is about to end. Never throws. */
  saveNow(): void {
    if (!this.#isOpen) return;
    try {
      // A flush that is under way writes the same bytes to the same place.
      writeSync(this.handle.fd, this.#block, 0, this.#used, this.#written);
    } catch {
      return; // what is lost comes again
    }
  }

  /** Forgets everything that was taken. */
  async restart(): Promise<void> {
    this.#used = 0;
    this.#written = 0;
    this.#note = undefined;
    this.#isPieced = false;
    this.#digest = this.#newDigest(this.file.bytes);
    await this.#guarded(() => this.handle.truncate(0));
  }

  /** Leaves only the first bytes in the file, for another process; nothing may be taken after that. */
  async keepOnly(bytes: number): Promise<void> {
    this.#used = 0;
    await this.#guarded(() => this.handle.truncate(bytes));
  }

  /** Hashes of everything taken. Once, at the end. */
  async digests(signal: AbortSignal): Promise<Digests> {
    await this.flush();
    const passed = this.#digest.finish();
    if (this.file.hash?.kind !== 'git-blob-sha1' || passed.gitBlobSha1 !== undefined) return passed;
    const again = this.#newDigest(this.length);
    await this.#guarded(() => digestFromDisk(this.handle, this.length, again, signal, () => undefined));
    return again.finish();
  }

  /** Gives the file its name, and closes it. */
  async publish(): Promise<void> {
    await this.#guarded(async () => {
      await this.handle.sync();
      await this.close();
      await rename(`${this.#path}.part`, this.#path);
      rmSync(`${this.#path}.part.json`, { force: true });
    });
    syncFolder(this.folder);
  }

  /** Closes it for the next time; nothing happens a second time. */
  async close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    await this.handle.close();
  }

  /** Closes it and removes it: there is nothing in it to go on with. */
  async remove(): Promise<void> {
    await this.close();
    rmSync(`${this.#path}.part`, { force: true });
    rmSync(`${this.#path}.part.json`, { force: true });
  }

  async #adopt(there: number, signal: AbortSignal, onRead: (bytes: number) => void): Promise<void> {
    await digestFromDisk(this.handle, there, this.#digest, signal, onRead);
    await this.handle.truncate(there);
    this.#written = there;
    if (there > 0) {
      this.#note = readPartNote(`${this.#path}.part.json`);
      this.#isPieced = true;
    }
  }

  #newDigest(bytes: number | undefined): ContentDigest {
    return new ContentDigest(this.file.hash?.kind, bytes);
  }

  async #guarded<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      throw machineError(error, this.#path);
    }
  }
}
