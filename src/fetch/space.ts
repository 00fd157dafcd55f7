/** Whether the disk can hold what is still to come; asked before the first request. */

import { statfsSync } from 'node:fs';
import { EXIT, UserError } from '../system/errors.ts';
import { bytesText } from '../system/quantities.ts';
import { resumableBytes } from './part.ts';
import type { RemoteFile } from './remote-file.ts';

/** Left free, so that the rest of the machine goes on working. */
const MARGIN_BYTES = 200_000_000;

/** Bytes that this user may still write where `folder` lies; undefined where the file system does not say. */
export function freeBytes(folder: string): number | undefined {
  try {
    const { bavail, bsize, blocks } = statfsSync(folder);
    return blocks > 0 ? bavail * bsize : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Throws a UserError where the files do not fit. Files whose size nobody knows count nothing.
 *
 * @returns bytes that a file of unknown size may have at the most
 */
export function checkSpace(folder: string, files: readonly RemoteFile[], free: number | undefined): number {
  const needed = files.reduce(
    (sum, file) => sum + (file.bytes === undefined ? 0 : file.bytes - resumableBytes(folder, file)),
    0,
  );
  if (free === undefined) return Number.MAX_SAFE_INTEGER;
  if (needed + MARGIN_BYTES <= free) return free - MARGIN_BYTES - needed;
  throw new UserError(
    `${bytesText(needed)} are still to come and ${bytesText(MARGIN_BYTES)} must stay free, but only ` +
      `${bytesText(free)} are free on this disk`,
    'Free some space or choose a folder on another disk. Nothing was downloaded.',
    { file: folder },
    EXIT.runtime,
  );
}
