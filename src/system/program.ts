/**
 * What this program is and where its own pieces lie: version, Worker entry points, embedded parts.
 *
 * In the compiled binary everything lies in Bun's virtual file system beside the main module; run from source, Workers
 * lie under src/ and the parts under build/ (made by `bun build.ts`).
 */

import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Set by build.ts; absent when run from source. */
declare const BUILD_VERSION: string | undefined;
declare const BUILD_COMMIT: string | undefined;

/** Semantic version of package.json. */
export const VERSION: string = typeof BUILD_VERSION === 'string' ? BUILD_VERSION : '0.0.0-source';
/** Short git commit, with `-dirty` when the tree had changes; `unknown` outside a checkout. */
export const COMMIT: string = typeof BUILD_COMMIT === 'string' ? BUILD_COMMIT : 'unknown';

const SOURCE_ROOT = resolve(import.meta.dir, '..');

/** URL of a Worker's entry point, given by its path below src/, for instance `run/workers/native-cpu.ts`. */
export function workerUrl(entry: string): URL {
  return pathToFileURL(join(Bun.isStandaloneExecutable ? import.meta.dir : SOURCE_ROOT, entry));
}

/** Folder of the embedded parts: native libraries, the embedded bundle, and their list (parts.json). */
export function partsFolder(): string {
  if (Bun.isStandaloneExecutable) return join(import.meta.dir, 'parts');
  return join(SOURCE_ROOT, '..', 'build', hostTarget(), 'parts');
}

/** First argument of a child that lists Vulkan's devices, `drivers` or `whole` behind it; not for people. */
export const LIST_VULKAN = '--list-vulkan';

/** The command line that runs this program once more: the executable itself, or Bun with the source's main module. */
export function ownCommand(...args: readonly string[]): string[] {
  const source = Bun.isStandaloneExecutable ? [] : [join(SOURCE_ROOT, 'main.ts')];
  return [process.execPath, ...source, ...args];
}

/** The platforms a binary is made for. */
export const TARGETS = ['linux-x64', 'linux-arm64', 'windows-x64', 'darwin-arm64'] as const;
export type Target = (typeof TARGETS)[number];

/** The target of the machine this runs on. */
export function hostTarget(): Target {
  const name = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const target = TARGETS.find((candidate) => candidate === name);
  if (target === undefined) throw new Error(`no binary is made for ${name}`);
  return target;
}
