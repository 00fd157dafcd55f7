/**
 * One run at a time in a result folder: a lock file with the owner's process and host, made exclusively. A lock whose
 * process is gone from this host is stale and taken over; of another host nothing can be known, so it is respected.
 */

import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { UserError } from './errors.ts';
import { isAlive } from './is-alive.ts';
import { machineError, systemCode } from './machine-error.ts';

const LOCK_FILE = '.virnucpro.lock';

/**
 * @param folder an existing folder
 * @param remedy what else a person may do, as it goes on behind "Wait for it, or"
 * @returns a function that gives the lock back; it never throws
 */
export function lockFolder(folder: string, remedy = 'choose another folder with --output'): () => void {
  const path = join(folder, LOCK_FILE);
  const own = `${process.pid} ${hostname()}\n`;
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      writeFileSync(path, own, { flag: 'wx' });
      return () => {
        if (contentOf(path) === own) rmSync(path, { force: true });
      };
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw machineError(error, path);
      const [pid, host] = (contentOf(path) ?? '').trim().split(' ');
      if (host !== hostname() || isAlive(Number(pid))) {
        throw new UserError(
          `another run is writing to this folder (process ${pid} on ${host})`,
          `Wait for it, or ${remedy}. If it is gone for sure, remove ${path}.`,
          { file: folder },
        );
      }
      rmSync(path, { force: true });
    }
  }
  throw new UserError('another run began to write to this folder just now', `Wait for it, or ${remedy}.`, {
    file: folder,
  });
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
