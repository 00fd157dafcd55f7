/**
 * Installing: a bundle is made in a hidden folder of the store and gets its name by one rename, so that a model under
 * its name is whole. Whatever happens before leaves nothing under that name: an error or a signal removes the folder, a
 * killed process leaves it for the next install to delete.
 */

import { rmSync } from 'node:fs';
import { lstat, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { looksLikeBundle } from '../model/bundle/open.ts';
import { UserError } from '../system/errors.ts';
import { systemCode } from '../system/machine-error.ts';
import { onSignal } from '../system/signals.ts';
import { holdHiddenName, letGo, removeLeftovers } from './hidden.ts';
import { checkModelName } from './name.ts';
import { storeError } from './places.ts';

export interface Stage {
  /** What the model will be called. */
  readonly name: string;
  /** Hidden folder on the disk of the store, empty at first; free for whatever the install needs. */
  readonly folder: string;
  /** Where to make the bundle, inside `folder`; does not exist yet. */
  readonly bundle: string;
  /**
   * Gives the bundle its name and ends the stage.
   * @returns the folder of the installed model
   * @throws UserError when somebody else has installed one of that name meanwhile
   */
  publish(): Promise<string>;
  /** Removes everything made so far; does nothing after `publish` or a second time. Never throws. */
  discard(): Promise<void>;
}

/**
 * Deletes leftovers of killed installs and begins a new one.
 * @param store folder of installed models; made when it does not exist
 * @param reserved names that cannot be given, such as the embedded model's
 * @throws UserError for a name that is against the rules or taken
 */
export async function openStage(store: string, name: string, reserved: readonly string[]): Promise<Stage> {
  checkModelName(name, reserved);
  const target = join(store, name);
  const hidden = holdHiddenName(name);
  const folder = join(store, hidden);
  const bundle = join(folder, 'bundle');
  try {
    await mkdir(store, { recursive: true });
    if (await exists(target)) throw taken(name);
    await removeLeftovers(store, Date.now());
    await mkdir(folder);
  } catch (error) {
    letGo(hidden);
    throw storeError(error, store, 'written');
  }
  const release = onSignal(() => rmSync(folder, { recursive: true, force: true }));
  let open = true;
  const discard = async (): Promise<void> => {
    if (!open) return;
    open = false;
    // A folder that cannot be removed now is a leftover for the next install.
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
    release();
    letGo(hidden);
  };
  const publish = async (): Promise<string> => {
    if (!open) throw new Error(`the stage of ${name} is over`);
    if (!(await looksLikeBundle(bundle))) throw new Error(`there is no bundle in the stage of ${name}`);
    try {
      // A rename would replace an empty folder of somebody else, and on some systems a file.
      if (await exists(target)) throw taken(name);
      await rename(bundle, target);
    } catch (error) {
      throw ['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(systemCode(error) ?? '')
        ? taken(name)
        : storeError(error, target, 'written');
    }
    await discard();
    return target;
  };
  return { name, folder, bundle, publish, discard };
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  }
}

function taken(name: string): UserError {
  return new UserError(
    `A model called ${name} is installed already`,
    `Choose another name, or remove it first: virnucpro models remove ${name}.`,
  );
}
