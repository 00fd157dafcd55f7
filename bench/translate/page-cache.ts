/** The state of the disk before a run: nothing left to be written, a file in the page cache or out of it. */

import { spawnSync } from 'node:child_process';
import { statfsSync } from 'node:fs';

/** Waits until all that was written is on the disk, then brings `file` into the cache (as far as it fits) or out of it. */
export function settle(file: string, cache: 'cold' | 'warm'): void {
  mustRun('sync', []);
  // GNU dd gives up the cached pages of its output file without touching its bytes (count=0, notrunc).
  if (cache === 'cold') mustRun('dd', [`of=${file}`, 'oflag=nocache', 'conv=notrunc', 'count=0']);
  else mustRun('dd', [`if=${file}`, 'of=/dev/null', 'bs=1M']);
}

/** Bytes that a user may still write to the disk of `folder`. */
export function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

function mustRun(program: string, parameters: readonly string[]): void {
  const { status, stderr, error } = spawnSync(program, parameters, { stdio: ['ignore', 'ignore', 'pipe'] });
  if (status !== 0) throw error ?? new Error(`${program} ended with ${status}: ${stderr}`);
}
