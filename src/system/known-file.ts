/**
 * Whether a file is the one that was meant, by size and sha256.
 *
 * Small files are hashed every time. A large one is hashed once and remembered in the cache by path, size, modification
 * time and inode; `always` hashes it all the same.
 */

import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from './cache.ts';
import { systemCode } from './machine-error.ts';
import { sha256OfBytes, sha256OfFile } from './sha256.ts';

/** Files from this size on are remembered: hashing 64 MiB takes about 0.1 s. */
const LARGE_BYTES = 64 * 2 ** 20;

export interface KnownFile {
  readonly bytes: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
}

/**
 * @param path absolute
 * @returns what is wrong, as it goes on behind the file's name; undefined when nothing is
 */
export async function fileProblem(
  path: string,
  { bytes, sha256 }: KnownFile,
  always: boolean,
): Promise<string | undefined> {
  const stats = await stat(path, { bigint: true }).catch(() => undefined);
  if (stats === undefined) return 'is missing';
  if (stats.size !== BigInt(bytes)) return `has ${stats.size} bytes instead of ${bytes}`;
  const state = `${stats.size} ${stats.mtimeNs} ${stats.ino} ${sha256}`;
  const memory = bytes >= LARGE_BYTES ? join(cacheFolder(), 'verified', sha256OfBytes(path)) : undefined;
  if (memory !== undefined && !always && (await remembered(memory)) === state) return undefined;
  let digest: string;
  try {
    digest = await sha256OfFile(path);
  } catch (error) {
    return `cannot be read (${systemCode(error) ?? String(error)})`;
  }
  if (digest !== sha256) return 'was altered: its sha256 is not the one that was noted';
  if (memory !== undefined) await remember(memory, state);
  return undefined;
}

async function remembered(memory: string): Promise<string | undefined> {
  return readFile(memory, 'utf8').catch(() => undefined);
}

/** Losing the note only costs the next run a hash, so a full disk is no reason to stop this one. */
async function remember(memory: string, state: string): Promise<void> {
  const temporary = `${memory}.${process.pid}.${crypto.randomUUID()}`;
  try {
    await mkdir(join(cacheFolder(), 'verified'), { recursive: true });
    await writeFile(temporary, state);
    await rename(temporary, memory);
  } catch {
    return;
  }
}
