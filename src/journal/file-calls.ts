/**
 * What the journal asks of the file system, as one small set, so that tests can refuse the n-th call or cut the power.
 * Every call runs on a thread of the runtime: nobody waits for a disk who does not want to.
 */

import { type FileHandle, mkdir, open, readdir, rename, rmdir, unlink } from 'node:fs/promises';
import { systemCode } from '../system/machine-error.ts';

/** `create` makes a new file for writing and fails (EEXIST) where there is one; `replace` empties that. */
export type OpenMode = 'read' | 'append' | 'create' | 'replace';

export interface OpenFile {
  /** Bytes in the file now. */
  size(): Promise<number>;
  /** Reads up to `bytes.length` bytes from byte `position` on. @returns how many, 0 at the end of the file */
  read(bytes: Uint8Array, position: number): Promise<number>;
  /** Writes at the end of the file. @returns how many bytes, which may be fewer than it was given */
  write(bytes: Uint8Array): Promise<number>;
  /** Returns when the content is on the disk. */
  sync(): Promise<void>;
  truncate(bytes: number): Promise<void>;
  close(): Promise<void>;
}

export interface FileCalls {
  open(path: string, mode: OpenMode): Promise<OpenFile>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  /** Names in a folder, in any order. */
  list(folder: string): Promise<string[]>;
  /** Makes a folder where there is none. */
  makeFolder(folder: string): Promise<void>;
  /** Removes an empty folder. */
  removeFolder(folder: string): Promise<void>;
  /** Makes the names in a folder last through a power cut, where the system can do that. */
  syncFolder(folder: string): Promise<void>;
}

const FLAGS: Readonly<Record<OpenMode, string>> = { read: 'r', append: 'r+', create: 'wx', replace: 'w' };

export const SYSTEM_FILES: FileCalls = {
  open: async (path, mode) => openFile(await open(path, FLAGS[mode])),
  rename,
  unlink,
  list: (folder) => readdir(folder),
  makeFolder: async (folder) => {
    await mkdir(folder, { recursive: true });
  },
  removeFolder: (folder) => rmdir(folder),
  syncFolder: async (folder) => {
    // Windows opens no folders, and some file systems forbid it; the files themselves are safe already.
    await unlessRefused(['EACCES', 'EISDIR', 'EPERM'], async () => {
      const handle = await open(folder, 'r');
      try {
        await unlessRefused(CANNOT_SYNC, () => handle.sync());
      } finally {
        await handle.close();
      }
    });
  },
};

/** Some file systems and devices cannot sync and say so: there is nothing to wait for then. */
const CANNOT_SYNC = ['EINVAL', 'ENOTSUP'];

async function unlessRefused(codes: readonly string[], action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (!codes.includes(systemCode(error) ?? '')) throw error;
  }
}

/** Writes go to the end by number: a handle that appends by itself cannot cut a file on every system. */
async function openFile(handle: FileHandle): Promise<OpenFile> {
  const size = async () => (await handle.stat()).size;
  let end = await size();
  return {
    size,
    read: async (bytes, position) => (await handle.read(bytes, 0, bytes.length, position)).bytesRead,
    write: async (bytes) => {
      const { bytesWritten } = await handle.write(bytes, 0, bytes.length, end);
      end += bytesWritten;
      return bytesWritten;
    },
    sync: () => unlessRefused(CANNOT_SYNC, () => handle.datasync()),
    truncate: async (bytes) => {
      await handle.truncate(bytes);
      end = bytes;
    },
    close: () => handle.close(),
  };
}

/** Writes all bytes at the end of the file: a write may take fewer, for one just before a disk is full. */
export async function writeAll(file: OpenFile, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length; ) done += await file.write(bytes.subarray(done));
}

/** Fills `bytes` from byte `position` on. @returns false where the file ends before */
export async function readAll(file: OpenFile, bytes: Uint8Array, position: number): Promise<boolean> {
  for (let done = 0; done < bytes.length; ) {
    const read = await file.read(bytes.subarray(done), position + done);
    if (read === 0) return false;
    done += read;
  }
  return true;
}
