/**
 * Which driver manifests Vulkan's loader would use on Linux, found as it finds them
 * (https://github.com/KhronosGroup/Vulkan-Loader, LoaderDriverInterface.md): VK_DRIVER_FILES, else VK_ICD_FILENAMES alone;
 * without them VK_ADD_DRIVER_FILES and then `vulkan/icd.d` below the folders of configuration and data.
 *
 * Taking the manifests one by one tells which driver shows which device, and that is how a Worker is bound to one.
 */

import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { elfProblem } from '../../system/elf.ts';
import { Fact } from '../../system/fact.ts';

export interface Manifests {
  /** Full paths, in the loader's order; each library once. */
  readonly paths: readonly string[];
  /** Of those that are left out because loading them would fail or end the process: sentences without a full stop. */
  readonly problems: readonly string[];
}

/** A driver for programs of another kind than this one. */
const FOREIGN = Symbol('foreign');

type Environment = Readonly<Record<string, string | undefined>>;

export function driverManifests(environment: Environment = process.env, home: string = homedir()): Manifests {
  const problems: string[] = [];
  const libraries = new Set<string>();
  const paths = [...new Set(candidates(environment, home).flatMap(manifestsAt))].filter((path) => {
    const library = libraryOf(path);
    if (library === undefined) problems.push(`The Vulkan driver manifest ${path} cannot be read`);
    // The same library twice would show each of its devices twice.
    if (library === undefined || library === FOREIGN || libraries.has(library)) return false;
    const problem = library.includes('/') ? elfProblem(library) : undefined;
    if (problem !== undefined) {
      // Drivers for other kinds of programs lie in the same folders.
      if (!/another kind|no 64-bit/.test(problem)) problems.push(`The Vulkan driver ${library} ${problem}`);
      return false;
    }
    libraries.add(library);
    return true;
  });
  return { paths, problems };
}

function candidates(environment: Environment, home: string): string[] {
  const listed = (name: string) => (environment[name] ?? '').split(':').filter((path) => path !== '');
  for (const name of ['VK_DRIVER_FILES', 'VK_ICD_FILENAMES']) {
    if (listed(name).length > 0) return listed(name);
  }
  const folders = (name: string, ...otherwise: string[]) => (listed(name).length > 0 ? listed(name) : otherwise);
  const below = [
    ...folders('XDG_CONFIG_HOME', join(home, '.config')),
    ...folders('XDG_CONFIG_DIRS', '/etc/xdg'),
    ...['/usr/local/etc', '/etc'],
    ...folders('XDG_DATA_HOME', join(home, '.local', 'share')),
    ...folders('XDG_DATA_DIRS', '/usr/local/share', '/usr/share'),
  ];
  return [...listed('VK_ADD_DRIVER_FILES'), ...below.map((folder) => join(folder, 'vulkan', 'icd.d'))];
}

function manifestsAt(path: string): string[] {
  try {
    if (!existsSync(path)) return [];
    const full = resolve(path);
    if (!statSync(full).isDirectory()) return [full];
    const names = readdirSync(full).filter((name) => name.endsWith('.json'));
    return names.sort().map((name) => join(full, name));
  } catch {
    // What cannot be read the loader cannot read either.
    return [];
  }
}

/** The library that a manifest names: a full path, or a bare name; undefined where the manifest is none. */
function libraryOf(manifest: string): string | typeof FOREIGN | undefined {
  try {
    const driver = new Fact(JSON.parse(readFileSync(manifest, 'utf8')), 'manifest').field('ICD');
    if (driver.field('library_arch').value === '32') return FOREIGN;
    const library = driver.field('library_path').text();
    if (!library.includes('/')) return library;
    const path = resolve(dirname(manifest), library);
    return existsSync(path) ? realpathSync(path) : path;
  } catch {
    return undefined;
  }
}
