/**
 * Opens a bundle: reads its manifest and makes sure that every file is there, whole and unaltered, before anything of
 * it is used.
 *
 * Small files are hashed every time. A large one is hashed once and remembered in the cache by path, size, modification
 * time and inode; `always` hashes it all the same.
 */

import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { cacheFolder } from '../../system/cache.ts';
import { UserError } from '../../system/errors.ts';
import { systemCode } from '../../system/machine-error.ts';
import { sha256OfBytes, sha256OfFile } from '../../system/sha256.ts';
import { type BundleFile, MANIFEST_FILE, type Manifest, parseManifest } from './manifest.ts';

/** Files from this size on are remembered: hashing 64 MiB takes about 0.1 s. */
const LARGE_BYTES = 64 * 2 ** 20;

export interface Bundle {
  /** Absolute path of its folder. */
  readonly folder: string;
  readonly manifest: Manifest;
  /** Of manifest.json, which names the hash of every other file: the identity of the whole bundle. */
  readonly sha256: string;
}

/**
 * @param folder as the user gave it
 * @param always hash large files again (`--verify-bundle`)
 * @throws UserError that names the file which is missing, truncated or altered
 */
export async function openBundle(folder: string, always: boolean): Promise<Bundle> {
  const manifestPath = join(folder, MANIFEST_FILE);
  const text = await readFile(manifestPath, 'utf8').catch(() => {
    throw new UserError(
      `There is no ${MANIFEST_FILE} in ${folder}`,
      'Give a folder made by "virnucpro models import".',
      {
        file: manifestPath,
      },
    );
  });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new UserError('The manifest is damaged: it is no JSON', 'Import the bundle again.', { file: manifestPath });
  }
  const manifest = parseManifest(json, manifestPath);
  for (const file of manifest.files) await verifyFile(resolve(folder), file, always);
  return { folder: resolve(folder), manifest, sha256: sha256OfBytes(text) };
}

/** True when the folder holds a manifest, whatever its state. */
export async function looksLikeBundle(folder: string): Promise<boolean> {
  return stat(join(folder, MANIFEST_FILE)).then(
    (stats) => stats.isFile(),
    () => false,
  );
}

async function verifyFile(folder: string, { path, bytes, sha256 }: BundleFile, always: boolean): Promise<void> {
  const full = join(folder, path);
  const refuse = (what: string) =>
    new UserError(`The bundle's file ${path} ${what}`, 'Import or download the bundle again.', { file: full });
  const stats = await stat(full, { bigint: true }).catch(() => {
    throw refuse('is missing');
  });
  if (stats.size !== BigInt(bytes)) throw refuse(`has ${stats.size} bytes instead of ${bytes}`);
  const state = `${stats.size} ${stats.mtimeNs} ${stats.ino} ${sha256}`;
  const memory = bytes >= LARGE_BYTES ? join(cacheFolder(), 'verified', sha256OfBytes(full)) : undefined;
  if (memory !== undefined && !always && (await remembered(memory)) === state) return;
  const digest = await sha256OfFile(full).catch((error: unknown) => {
    throw refuse(`cannot be read (${systemCode(error) ?? String(error)})`);
  });
  if (digest !== sha256) throw refuse('was altered: its sha256 is not the one in the manifest');
  if (memory !== undefined) await remember(memory, state);
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
