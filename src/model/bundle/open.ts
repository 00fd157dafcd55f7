/**
 * Opens a bundle: reads its manifest and makes sure that every file is there, whole and unaltered, before anything of
 * it is used. Large files are hashed once and remembered; `always` hashes them all the same.
 */

import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { UserError } from '../../system/errors.ts';
import { fileProblem } from '../../system/known-file.ts';
import { sha256OfBytes } from '../../system/sha256.ts';
import { type BundleFile, MANIFEST_FILE, type Manifest, parseManifest } from './manifest.ts';

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

async function verifyFile(folder: string, file: BundleFile, always: boolean): Promise<void> {
  const full = join(folder, file.path);
  const problem = await fileProblem(full, file, always);
  if (problem === undefined) return;
  throw new UserError(`The bundle's file ${file.path} ${problem}`, 'Import or download the bundle again.', {
    file: full,
  });
}
