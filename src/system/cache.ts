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
import { machineReason } from './machine-error.ts';

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
    const problem = problemOf(path);
    if (problem === undefined) return path;
    throw new UserError(
      `The cache folder ${asked} cannot be written: ${problem}`,
      'Give VIRNUCPRO_CACHE a folder you may write to, or unset it.',
      {},
      EXIT.runtime,
    );
  }
  const platform = platformFolder('cache');
  const usual = platform === undefined ? undefined : join(platform, 'virnucpro');
  const ofUsual = usual === undefined ? 'there is none' : problemOf(usual);
  if (usual !== undefined && ofUsual === undefined) return usual;
  const temporary = join(tmpdir(), `virnucpro-${process.getuid?.() ?? 'user'}`);
  const ofTemporary = problemOf(temporary) ?? (isOwn(temporary) ? undefined : 'it is not yours alone');
  if (ofTemporary === undefined) return temporary;
  throw new UserError(
    `No folder for the cache can be written: ${usual ?? 'a home folder'}: ${ofUsual}; ${temporary}: ${ofTemporary}`,
    'Set VIRNUCPRO_CACHE to a folder you may write to.',
    {},
    EXIT.runtime,
  );
}

/** Makes the folder where it is missing. @returns why nothing can be written there; undefined where that is possible */
function problemOf(path: string): string | undefined {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    accessSync(path, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return machineReason(error) ?? String(error);
  }
}

/** A folder in a temp folder that all can write to may have been put there by somebody else. */
function isOwn(path: string): boolean {
  if (process.platform === 'win32') return true;
  const stats = lstatSync(path);
  return stats.isDirectory() && stats.uid === process.getuid?.() && (stats.mode & 0o022) === 0;
}
