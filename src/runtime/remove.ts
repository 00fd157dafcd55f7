/**
 * Removing a runtime: its folders of every version, and what an install left half done. Only what lies directly in the
 * folder of runtimes under the name of one is deleted, and only files that an install makes; a folder loses its name
 * first, so that nobody can open half a runtime.
 */

import { lstat, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../system/errors.ts';
import { lockFolder } from '../system/folder-lock.ts';
import { systemCode } from '../system/machine-error.ts';
import type { RuntimeName } from './catalogue.ts';
import { runtimeNameOf } from './installed.ts';
import { runtimeError } from './places.ts';
import { RECORD_FILE, readRecord } from './record.ts';

/** @returns bytes that were freed; undefined when none was installed */
export async function removeRuntime(root: string, name: RuntimeName): Promise<number | undefined> {
  const names = await entriesOf(root);
  const folders = names.filter((entry) => runtimeNameOf(entry) === name);
  const leftovers = names.filter((entry) => runtimeNameOf(/^\.(.*)\.partial(\.old)?$/.exec(entry)?.[1] ?? '') === name);
  if (folders.length + leftovers.length === 0) return undefined;
  const release = lockFolder(root, { remedy: 'try again later' });
  try {
    let bytes = 0;
    for (const entry of folders) {
      const folder = join(root, entry);
      await refuseOthers(folder);
      bytes += await sizeOf(folder);
      const hidden = join(root, `.${entry}.partial.old`);
      await rm(hidden, { recursive: true, force: true });
      await rename(folder, hidden);
      await rm(hidden, { recursive: true, force: true });
    }
    for (const entry of leftovers) await rm(join(root, entry), { recursive: true, force: true });
    return bytes;
  } catch (error) {
    throw runtimeError(error, root, 'written');
  } finally {
    release();
  }
}

async function refuseOthers(folder: string): Promise<void> {
  if ((await lstat(folder)).isSymbolicLink()) {
    throw new UserError('is only a link to a folder elsewhere', 'Remove the link yourself.', { file: folder });
  }
  const record = await readRecord(folder);
  const own = new Set([RECORD_FILE, ...(record?.files ?? [])]);
  for (const entry of await readdir(folder)) {
    // Without a record nobody knows what belongs to it but by the endings.
    const isOwn = own.has(entry) || entry.endsWith('.partial') || (record === undefined && isOurs(entry));
    if (isOwn) continue;
    throw new UserError(
      `also holds ${JSON.stringify(entry)}, which is not part of the runtime`,
      'Move it elsewhere, then remove the runtime again.',
      { file: folder },
    );
  }
}

function isOurs(name: string): boolean {
  return /\.so(\.\d+)*$|\.dll$|-(LICENSE|NOTICES)\.txt$/.test(name);
}

async function sizeOf(folder: string): Promise<number> {
  let bytes = 0;
  for (const name of await readdir(folder)) bytes += (await lstat(join(folder, name))).size;
  return bytes;
}

async function entriesOf(root: string): Promise<string[]> {
  try {
    return await readdir(root);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw runtimeError(error, root, 'read');
  }
}
