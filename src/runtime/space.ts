/** Whether the disks can hold a runtime and what is downloaded for it; asked before the first request. */

import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { freeBytes as freeBytesOf } from '../fetch/space.ts';
import { EXIT, UserError } from '../system/errors.ts';
import { bytesText } from '../system/quantities.ts';
import type { Wheel } from './catalogue.ts';

/** Left free, so that the rest of the machine goes on working. */
const MARGIN_BYTES = 200_000_000;

/**
 * @param root folder of runtimes @param downloads folder of wheels on their way; neither need exist
 * @param needs bytes of the unpacked files, and the wheels to download
 * @throws UserError where it does not fit
 */
export function checkInstallSpace(
  root: string,
  downloads: string,
  needs: { readonly unpacked: number; readonly wheels: readonly Wheel[] },
  freeBytes: (folder: string) => number | undefined = freeBytesOf,
): void {
  const { unpacked, wheels } = needs;
  const [store, cache] = [existing(root), existing(downloads)];
  const toDownload = wheels.reduce((sum, wheel) => sum + Math.max(0, wheel.bytes - bytesThere(downloads, wheel)), 0);
  const isOneDisk = statSync(store).dev === statSync(cache).dev;
  check(root, freeBytes(store), unpacked + (isOneDisk ? toDownload : 0), 'VIRNUCPRO_RUNTIME');
  if (!isOneDisk) check(downloads, freeBytes(cache), toDownload, 'VIRNUCPRO_CACHE');
}

function check(folder: string, free: number | undefined, needed: number, variable: string): void {
  if (free === undefined || needed === 0 || needed + MARGIN_BYTES <= free) return;
  throw new UserError(
    `${bytesText(needed)} are needed and ${bytesText(MARGIN_BYTES)} must stay free, but only ${bytesText(free)} are ` +
      'free on this disk',
    `Free some space, or set ${variable} to a folder on another disk. Nothing was downloaded.`,
    { file: folder },
    EXIT.runtime,
  );
}

function bytesThere(folder: string, { name }: Wheel): number {
  const sizes = [name, `${name}.part`].map(
    (file) => statSync(join(folder, file), { throwIfNoEntry: false })?.size ?? 0,
  );
  return Math.max(...sizes);
}

/** The folder, or the nearest one above it that is there. */
function existing(folder: string): string {
  for (let path = resolve(folder); ; path = resolve(path, '..')) {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() || path === resolve(path, '..')) return path;
  }
}
