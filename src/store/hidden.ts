/**
 * Hidden folders in the store: imports that have no name yet and models that are being removed. The folder's name says
 * who holds it: `.NAME.PLACE.PID.RANDOM.work`, PLACE being a hash of the machine and its process numbering. It is all in
 * the name so that no moment exists in which a folder has no owner.
 *
 * A folder whose process is gone is a leftover. Of another place nothing can be asked, so there a folder is a leftover
 * when nothing in it was touched for a week.
 */

import { readlinkSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isAlive } from '../system/is-alive.ts';
import { sha256OfBytes } from '../system/sha256.ts';

const PATTERN = /^\..+\.([0-9a-f]{12})\.([0-9]+)\.[0-9a-f]{8}\.work$/;
const FORGOTTEN_MS = 7 * 24 * 3600 * 1000;

/** Names held by this process. Its number alone does not tell: in a container it may be the same every time. */
const held = new Set<string>();

/** A new name for a hidden folder, held by this process until `letGo`. */
export function holdHiddenName(name: string): string {
  const random = crypto.randomUUID().slice(0, 8);
  const hidden = `.${name}.${placeTag()}.${process.pid}.${random}.work`;
  held.add(hidden);
  return hidden;
}

export function letGo(hidden: string): void {
  held.delete(hidden);
}

/**
 * Deletes leftovers; what cannot be deleted stays for the next time.
 * @param now milliseconds since 1970
 * @returns how many folders were deleted
 */
export async function removeLeftovers(store: string, now: number): Promise<number> {
  let removed = 0;
  for (const name of await readdir(store).catch(() => [])) {
    if (!(await isLeftover(store, name, now))) continue;
    const gone = await rm(join(store, name), { recursive: true, force: true }).then(
      () => true,
      () => false,
    );
    if (gone) removed += 1;
  }
  return removed;
}

async function isLeftover(store: string, name: string, now: number): Promise<boolean> {
  const [, place, pid] = PATTERN.exec(name) ?? [];
  if (place === undefined || held.has(name)) return false;
  if (place === placeTag()) return Number(pid) === process.pid || !isAlive(Number(pid));
  return now - (await lastTouched(join(store, name))) > FORGOTTEN_MS;
}

/** Milliseconds since 1970; of a folder that is gone, the far future. */
async function lastTouched(folder: string): Promise<number> {
  try {
    const paths = await readdir(folder, { recursive: true });
    const times = await Promise.all(
      [folder, ...paths.map((path) => join(folder, path))].map(async (path) => stat(path)),
    );
    return Math.max(...times.map(({ mtimeMs }) => mtimeMs));
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** Containers may share a host's name and yet number their processes on their own; Linux tells them apart. */
function placeTag(): string {
  let numbering = '';
  try {
    numbering = readlinkSync('/proc/self/ns/pid');
  } catch {}
  return sha256OfBytes(`${hostname()} ${numbering}`).slice(0, 12);
}
