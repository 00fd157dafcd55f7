/**
 * The cache folder: native files and the embedded bundle as real files, and what was verified before. Everything in it
 * can be deleted at any time and is made again.
 *
 * Order: VIRNUCPRO_CACHE, else the platform's cache folder, else - where that cannot be written, as on a cluster node
 * with a read-only home - a folder of this user's own below the temp folder.
 */

import { accessSync, constants, lstatSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { EXIT, UserError } from './errors.ts';
import { platformFolder } from './home.ts';

let chosen: string | undefined;

/** Absolute path of an existing, writable cache folder. */
export function cacheFolder(): string {
  chosen ??= choose();
  return chosen;
}

function choose(): string {
  const asked = process.env['VIRNUCPRO_CACHE'];
  if (asked !== undefined && asked !== '') {
    const path = resolve(asked);
    if (usable(path)) return path;
    throw new UserError(
      `The cache folder ${asked} cannot be written`,
      'Give VIRNUCPRO_CACHE a folder you may write to, or unset it.',
      {},
      EXIT.runtime,
    );
  }
  const platform = platformFolder('cache');
  const usual = platform === undefined ? undefined : join(platform, 'virnucpro');
  if (usual !== undefined && usable(usual)) return usual;
  const temporary = join(tmpdir(), `virnucpro-${process.getuid?.() ?? 'user'}`);
  if (usable(temporary) && isOwn(temporary)) return temporary;
  throw new UserError(
    `Neither ${usual ?? 'a home folder'} nor ${temporary} can be written`,
    'Set VIRNUCPRO_CACHE to a folder you may write to.',
    {},
    EXIT.runtime,
  );
}

function usable(path: string): boolean {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    accessSync(path, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A folder in a temp folder that all can write to may have been put there by somebody else. */
function isOwn(path: string): boolean {
  if (process.platform === 'win32') return true;
  const stats = lstatSync(path);
  return stats.isDirectory() && stats.uid === process.getuid?.() && (stats.mode & 0o022) === 0;
}
