/**
 * One run at a time in a result folder: a lock file made exclusively, with the owner's process, its host, when it began, and
 * its guardian, a process with which the owner ends. A lock whose process is gone from this host is stale and taken over;
 * of another host nothing can be known, so it is respected.
 */

import {
  closeSync,
  existsSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { UserError } from './errors.ts';
import { beginningOf, isAlive } from './is-alive.ts';
import { machineError, systemCode } from './machine-error.ts';
import { waitUntil } from './wait-until.ts';

const LOCK_FILE = '.virnucpro.lock';
const UNKNOWN = '-';
/** An owner whose guardian is gone is about to end: a process with much memory takes a moment. */
const ENDING_MS = 10_000;
const LOOK_MS = 20;
/** Between the making of a lock and its content lies one call. */
const WRITING_MS = 500;

export interface LockOptions {
  /** What else a person may do, as it goes on behind "Wait for it, or". */
  readonly remedy?: string;
  /** Process id. */
  readonly guardian?: number | undefined;
}

/** Takes away what a run left that was ended after everything was done. Never throws. */
export function removeStaleLock(folder: string): void {
  if (!existsSync(join(folder, LOCK_FILE))) return;
  try {
    lockFolder(folder)();
  } catch {
    // It is somebody's, or the disk can only be read.
  }
}

/** What stands in the file, as far as it does. */
interface Owner {
  readonly pid: number;
  readonly host: string | undefined;
  readonly began: string | undefined;
  readonly guardian: number | undefined;
}

/**
 * @param folder an existing folder
 * @returns a function that gives the lock back; it never throws
 */
export function lockFolder(folder: string, options: LockOptions = {}): () => void {
  const { remedy = 'choose another folder with --output', guardian } = options;
  const path = join(folder, LOCK_FILE);
  const own = `${process.pid} ${hostname()} ${beginningOf(process.pid) ?? UNKNOWN} ${guardian ?? UNKNOWN}\n`;
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      writeNew(path, own);
      return () => {
        if (contentOf(path) === own) removeQuietly(path);
      };
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw machineError(error, path);
      const text = writtenContentOf(path);
      const owner = parse(text);
      if (text !== '' && (owner.host !== hostname() || !isGone(owner))) {
        throw new UserError(
          `another run is writing to this folder (process ${owner.pid} on ${owner.host})`,
          `Wait for it, or ${remedy}. If it is gone for sure, remove ${path}.`,
          { file: folder },
        );
      }
      takeAway(path, text);
    }
  }
  throw new UserError('another run began to write to this folder just now', `Wait for it, or ${remedy}.`, {
    file: folder,
  });
}

/** A lock that cannot be written whole is none: nobody would know whose it is. */
function writeNew(path: string, text: string): void {
  const descriptor = openSync(path, 'wx');
  try {
    writeFileSync(descriptor, text);
  } catch (error) {
    removeQuietly(path);
    throw error;
  } finally {
    closeSync(descriptor);
  }
}

function removeQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It names a process that is gone by then, or nothing: the next run takes it over.
  }
}

/**
 * Removes the lock with this content and no other one: of two runs that found it stale, one may have made its own by now.
 * What was taken by mistake is put back.
 */
function takeAway(path: string, stale: string): void {
  const taken = `${path}.${process.pid}`;
  try {
    renameSync(path, taken);
    if (readFileSync(taken, 'utf8') !== stale) linkSync(taken, path);
    unlinkSync(taken);
  } catch (error) {
    // Another run was faster.
    if (!['ENOENT', 'EEXIST'].includes(systemCode(error) ?? '')) throw machineError(error, path);
  }
}

/** What is empty may be written this moment; what stays empty was left by a process that was ended before. */
function writtenContentOf(path: string): string {
  let text: string | undefined;
  waitUntil(
    () => {
      text = contentOf(path);
      return text !== '';
    },
    WRITING_MS,
    LOOK_MS,
  );
  return text ?? '';
}

function parse(text: string): Owner {
  const [pid, host, began, guardian] = text.trim().split(' ');
  return {
    ...{ pid: Number(pid), host, began: began === UNKNOWN ? undefined : began },
    guardian: guardian === undefined || guardian === UNKNOWN ? undefined : Number(guardian),
  };
}

/** Waits for an owner that is about to end. */
function isGone({ pid, began, guardian }: Owner): boolean {
  const isEnding = guardian !== undefined && !isAlive(guardian);
  return waitUntil(() => !isAlive(pid, began), isEnding ? ENDING_MS : 0, LOOK_MS);
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
