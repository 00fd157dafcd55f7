/**
 * Packages of the npm registry that are no dependency: the build and the tests take single files out of them. A package is
 * fetched once by its exact version, checked against a known hash before it is unpacked, and what was made of it is kept
 * below node_modules/.cache/virnucpro, so that only the first time needs the registry.
 */

import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

export interface NpmPackage {
  readonly name: string;
  /** Exact. */
  readonly version: string;
  /** `sha512-` and the base64 of the archive's hash, as a lockfile has it. */
  readonly integrity: string;
}

/** Where what was made of packages is kept. */
export const KEPT = join(import.meta.dir, 'node_modules', '.cache', 'virnucpro');

/**
 * Lets `fill` put files into a new folder, which gets its name when they are all there: a folder that exists is complete.
 * One that is there already is replaced.
 */
export async function fillFolder(folder: string, fill: (temporary: string) => void | Promise<void>): Promise<void> {
  const temporary = `${folder}.${process.pid}`;
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(temporary, { recursive: true });
  try {
    await fill(temporary);
    rmSync(folder, { recursive: true, force: true });
    renameSync(temporary, folder);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** Fetches a package's archive (.tgz) into an empty folder, checks it, and returns its path. */
export function fetchArchive(wanted: NpmPackage, folder: string): string {
  const { name, version } = wanted;
  runCommand(['npm', 'pack', '--loglevel=error', '--pack-destination', folder, `${name}@${version}`], folder);
  const archive = readdirSync(folder).find((file) => file.endsWith('.tgz'));
  if (archive === undefined) throw new Error(`npm pack left no archive of ${name}`);
  checkArchive(readFileSync(join(folder, archive)), wanted);
  return join(folder, archive);
}

/** Throws where an archive is not the one that its hash was taken of. */
export function checkArchive(archive: Uint8Array, { name, version, integrity }: NpmPackage): void {
  const sha512 = new Bun.CryptoHasher('sha512').update(archive).digest('base64');
  if (`sha512-${sha512}` !== integrity)
    throw new Error(`${name}@${version} does not have the hash that is known of it`);
}

/** Runs a command to its end and returns its standard output; throws with its standard error. */
export function runCommand(command: readonly string[], cwd: string): string {
  const result = Bun.spawnSync([...command], { cwd, stderr: 'pipe' });
  if (!result.success) throw new Error(`${command.join(' ')} failed: ${result.stderr.toString().trim()}`);
  return result.stdout.toString();
}
