/** Whether a file lies in the folder already, whole and right: hashed anew, however long that takes. */

import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '../system/machine-error.ts';
import { ContentDigest, digestFromDisk, digestOfKind } from './digest.ts';
import { refusal } from './interruption.ts';
import type { FetchedNotes } from './notes.ts';
import type { ProgressTracker } from './progress.ts';
import type { ExpectedHash, FetchedFile, RemoteFile } from './remote-file.ts';

/**
 * A file of which no hash is known is taken only when this folder's notes say that it came from the same address, and
 * with the hash that it still has.
 *
 * @returns undefined where it has to be downloaded
 */
export async function findPresent(
  folder: string,
  file: RemoteFile,
  notes: FetchedNotes,
  progress: ProgressTracker,
  signal: AbortSignal,
): Promise<FetchedFile | undefined> {
  const path = join(folder, file.name);
  const handle = await openFile(path, file.name);
  if (handle === undefined) return undefined;
  try {
    const stat = await handle.stat();
    if (!stat.isFile())
      throw refusal(file.name, 'a folder or device has the name of this file', 'Rename or remove it.');
    const { size } = stat;
    const expected = expectation(file, notes);
    if (expected !== undefined && size === (expected.bytes ?? size)) {
      const digest = new ContentDigest(expected.hash.kind, size);
      await digestFromDisk(handle, size, digest, signal, (done) => progress.checked(file.name, done, size));
      const digests = digest.finish();
      if (digestOfKind(digests, expected.hash.kind) === expected.hash.hex) {
        progress.checked(file.name, size, size);
        progress.note(file.name, 'present', 'It is there already.');
        return { name: file.name, path, bytes: size, sha256: digests.sha256, wasPresent: true };
      }
    }
    progress.checked(file.name, 0, file.bytes);
    progress.note(file.name, 'replaced', 'A file of this name is not the right one; it stays until that has come.');
    return undefined;
  } catch (error) {
    throw unreadable(error, file.name);
  } finally {
    await handle.close();
  }
}

function expectation(
  { name, url, bytes, hash }: RemoteFile,
  notes: FetchedNotes,
): { readonly bytes: number | undefined; readonly hash: ExpectedHash } | undefined {
  if (hash !== undefined) return { bytes, hash };
  const noted = notes.get(name);
  if (noted === undefined || noted.url !== url || noted.bytes !== (bytes ?? noted.bytes)) return undefined;
  return { bytes: noted.bytes, hash: { kind: 'sha256', hex: noted.sha256 } };
}

/** Undefined where there is no such file. */
async function openFile(path: string, name: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw unreadable(error, name);
  }
}

function unreadable(error: unknown, name: string): unknown {
  const code = systemCode(error);
  if (code === undefined) return error;
  return refusal(name, `it is there but cannot be read (${code})`, 'Change its permissions, or rename or remove it.');
}
