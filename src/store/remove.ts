/**
 * Removing an installed model. Only a bundle that lies directly in the store is deleted, and only files that are its
 * own: links are not followed, and a folder that holds anything else is left to its owner. It loses its name first, by
 * a rename, so that nobody can open half a model.
 */

import { lstat, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { MANIFEST_FILE } from '../model/bundle/manifest.ts';
import { looksLikeBundle } from '../model/bundle/open.ts';
import { UserError } from '../system/errors.ts';
import { holdHiddenName, letGo, removeLeftovers } from './hidden.ts';
import { findInstalled, type InstalledModel } from './installed.ts';
import { storeError } from './places.ts';

/**
 * @param name as typed
 * @returns bytes that were freed
 * @throws UserError when there is no such model, or its folder is not only a bundle
 */
export async function removeInstalled(store: string, name: string): Promise<number> {
  const model = await findInstalled(store, name);
  if (model === undefined) {
    throw new UserError(
      `There is no installed model ${JSON.stringify(name)}`,
      'See "virnucpro models list" for the names.',
    );
  }
  await refuseOthers(model);
  const hidden = holdHiddenName('removed');
  try {
    await rename(model.folder, join(store, hidden));
    await rm(join(store, hidden), { recursive: true, force: true });
  } catch (error) {
    throw storeError(error, model.folder, 'written');
  } finally {
    letGo(hidden);
  }
  await removeLeftovers(store, Date.now());
  return model.bytes;
}

async function refuseOthers(model: InstalledModel): Promise<void> {
  const { name, folder } = model;
  const refuse = (sentence: string) =>
    new UserError(sentence, 'Delete it yourself if it is not needed.', { file: folder });
  if (model.linked) throw refuse(`${name} is only a link to a folder elsewhere`);
  if (!(await looksLikeBundle(folder))) throw refuse(`${name} is no model: it has no ${MANIFEST_FILE}`);
  const own =
    model.state === 'sound' ? new Set([MANIFEST_FILE, ...model.manifest.files.map(({ path }) => path)]) : undefined;
  for (const entry of await readdir(folder)) {
    const isOwn = own?.has(entry) ?? (await looksLikeOurs(join(folder, entry)));
    if (isOwn) continue;
    throw new UserError(
      `The folder of ${name} also holds ${JSON.stringify(entry)}, which is not part of the model`,
      'Move it elsewhere, then remove the model again.',
      { file: folder },
    );
  }
}

/** A broken manifest does not tell what belongs to it; bundles are made of files with these endings. */
async function looksLikeOurs(path: string): Promise<boolean> {
  return /\.(?:onnx|bin|json)$/.test(path) && (await lstat(path)).isFile();
}
