/**
 * A disk that refuses one call of the whole program: the n-th of its kind below some folders. The program runs from
 * source in a process of its own, where `refusing-disk-preload.ts` stands between it and the file system.
 *
 * A refused write has written half of what it was given, as the last write to a disk that fills up.
 */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Outcome, outcomeOf } from './binary.ts';

/** Calls that change something; `sync` also of folders. Those that only read are never refused. */
export const DISK_CALLS = ['open', 'write', 'sync', 'truncate', 'rename', 'unlink', 'mkdir'] as const;
export type DiskCall = (typeof DISK_CALLS)[number];

/** Functions of `node:fs` and `node:fs/promises` that change something, as far as the program uses them: all are watched. */
export const WATCHED_SYNCHRONOUS = [
  ...(['openSync', 'closeSync', 'writeSync', 'fsyncSync', 'ftruncateSync', 'writeFileSync', 'appendFileSync'] as const),
  ...(['renameSync', 'linkSync', 'rmSync', 'unlinkSync', 'mkdirSync'] as const),
] as const;
export const WATCHED_PROMISED = [
  ...(['open', 'writeFile', 'copyFile', 'rename', 'rm', 'unlink', 'rmdir', 'mkdir'] as const),
] as const;

export interface DiskRefusal {
  readonly call: DiskCall;
  /** 1-based, among the calls of this kind. */
  readonly nth: number;
  /** Counts calls on files alone whose name begins so: which call comes when differs from run to run. */
  readonly name?: string;
  /** `ENOSPC` and so on. */
  readonly code: string;
  /** Whether all later calls of this kind are refused as well: a disk that is full stays full. */
  readonly lasting: boolean;
}

/** What the preload is told, as JSON in `DISK_VARIABLE`. */
export interface RefusingDisk {
  /** Absolute; calls elsewhere are neither counted nor refused. */
  readonly folders: readonly string[];
  /** A file for one line per call: `KIND PATH`, with a `!` before it where it was refused. */
  readonly log: string;
  readonly refusal?: DiskRefusal | undefined;
}

export const DISK_VARIABLE = 'VIRNUCPRO_TEST_DISK';

export interface LoggedCall {
  readonly call: string;
  /** Absolute; of a rename the path before. */
  readonly path: string;
  readonly refused: boolean;
}

export interface RefusedRun {
  readonly outcome: Outcome;
  readonly calls: readonly LoggedCall[];
}

const ROOT = join(import.meta.dir, '..', '..');
const PRELOAD = join(import.meta.dir, 'refusing-disk-preload.ts');

export interface Surroundings {
  readonly cwd: string;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Whose calls are counted, absolute. */
  readonly folders: readonly string[];
}

/** Runs the program, refused as asked; without a refusal its calls are only counted. */
export async function runRefused(
  args: readonly string[],
  where: Surroundings,
  refusal?: DiskRefusal,
): Promise<RefusedRun> {
  const folder = mkdtempSync(join(tmpdir(), 'virnucpro-disk-'));
  try {
    const log = join(folder, 'calls');
    const disk: RefusingDisk = { folders: where.folders, log, refusal };
    const child = Bun.spawn([process.execPath, '--preload', PRELOAD, join(ROOT, 'src', 'main.ts'), ...args], {
      cwd: where.cwd,
      // What a second process wrote would not be counted.
      env: { ...where.env, VIRNUCPRO_SUPERVISE: 'off', [DISK_VARIABLE]: JSON.stringify(disk) },
      stdin: 'ignore',
      stdout: 'pipe',
      stderr: 'pipe',
    });
    return { outcome: await outcomeOf(child), calls: callsOf(readFileSync(log, 'utf8')) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function callsOf(log: string): LoggedCall[] {
  const lines = log.split('\n').filter((line) => line !== '');
  return lines.map((line) => {
    const refused = line.startsWith('!');
    const space = line.indexOf(' ');
    return { call: line.slice(refused ? 1 : 0, space), path: line.slice(space + 1), refused };
  });
}
