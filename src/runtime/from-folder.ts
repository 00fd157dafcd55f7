/** What `--from DIR` holds of a runtime: wheels as they were downloaded, or libraries that were unpacked from them. */

import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { UserError } from '../system/errors.ts';
import { fileProblem } from '../system/known-file.ts';
import type { Wheel, WheelEntry } from './catalogue.ts';
import { runtimeError } from './places.ts';

export type FolderSource =
  | { readonly kind: 'wheel'; readonly path: string }
  /** Every library of the wheel, and those of its licence texts that are there. */
  | { readonly kind: 'loose'; readonly files: readonly (readonly [entry: WheelEntry, path: string])[] };

/** Paths of all files in a folder and the folders in it, by file name. */
export async function filesByName(folder: string): Promise<ReadonlyMap<string, readonly string[]>> {
  let entries: string[];
  try {
    entries = await readdir(folder, { recursive: true });
  } catch (error) {
    throw runtimeError(error, folder, 'read');
  }
  const found = new Map<string, string[]>();
  for (const entry of entries) {
    const name = basename(entry);
    found.set(name, [...(found.get(name) ?? []), join(folder, entry)]);
  }
  return found;
}

/**
 * @returns undefined where neither the wheel nor all of its libraries are there
 * @throws UserError for a wheel of the right name that is another file
 */
export async function sourceInFolder(
  wheel: Wheel,
  files: ReadonlyMap<string, readonly string[]>,
): Promise<FolderSource | undefined> {
  for (const path of files.get(wheel.name) ?? []) {
    const problem = await fileProblem(path, wheel, true);
    if (problem === undefined) return { kind: 'wheel', path };
    throw new UserError(`the wheel ${problem}`, 'Download it again, or leave it out of the folder.', { file: path });
  }
  const loose: (readonly [WheelEntry, string])[] = [];
  for (const entry of wheel.files) {
    const path = await firstOfSize(files.get(entry.name) ?? [], entry.bytes);
    if (path !== undefined) loose.push([entry, path]);
    else if (!entry.isLicence) return undefined;
  }
  return { kind: 'loose', files: loose };
}

/** The hash is taken of what is copied. */
async function firstOfSize(paths: readonly string[], bytes: number): Promise<string | undefined> {
  for (const path of paths) {
    const stats = await stat(path).catch(() => undefined);
    if (stats?.isFile() && stats.size === bytes) return path;
  }
  return undefined;
}
