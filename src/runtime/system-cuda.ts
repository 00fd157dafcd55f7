/**
 * NVIDIA's libraries that lie on this machine already: of an installed CUDA toolkit, of a Python environment that is
 * active, or known to the system's loader. They are used where they lie; no search path of this or any other process
 * is changed.
 *
 * A name such as `libcublas.so.13` stands for everything since 13.0, and the provider was built with the first of a
 * major version, so the name is enough.
 */

import { readdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { elfProblem } from '../system/elf.ts';
import { pathsInLdCache } from './ld-cache.ts';

export interface SystemLibrary {
  readonly name: string;
  /** Of the file itself, behind all links. */
  readonly path: string;
  readonly bytes: number;
}

export interface SystemPlaces {
  readonly platform: NodeJS.Platform;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Folders in which toolkits lie, each in one of its own. */
  readonly toolkits: readonly string[];
  /** Paths of a library that the system's loader knows. */
  readonly loader: (name: string) => readonly string[];
}

export function placesOfThisMachine(): SystemPlaces {
  const isWindows = process.platform === 'win32';
  return {
    platform: process.platform,
    environment: process.env,
    toolkits: isWindows ? ['C:\\Program Files\\NVIDIA GPU Computing Toolkit\\CUDA'] : ['/usr/local', '/opt'],
    loader: isWindows ? () => [] : pathsInLdCache,
  };
}

/** The first sound library of this name; undefined where there is none. */
export function findSystemLibrary(name: string, places = placesOfThisMachine()): SystemLibrary | undefined {
  const folders = [...toolkitFolders(places), ...pythonFolders(places)];
  const paths = [...folders.map((folder) => join(folder, name)), ...places.loader(name)];
  for (const path of paths) {
    const found = soundFile(path, places.platform);
    if (found !== undefined) return { name, ...found };
  }
  return undefined;
}

/** Newest version first; `cuda` without a number is a link to one of the others. */
function toolkitFolders({ toolkits, platform, environment }: SystemPlaces): string[] {
  const isWindows = platform === 'win32';
  const roots = toolkits.flatMap((folder) =>
    entriesOf(folder)
      .filter((name) => (isWindows ? /^v\d+\.\d+$/ : /^cuda(-\d+(\.\d+)?)?$/).test(name))
      .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
      .map((name) => join(folder, name)),
  );
  const named = ['CUDA_HOME', 'CUDA_PATH'].map((variable) => environment[variable]).filter((path) => !!path);
  return [...named, ...roots].flatMap((root) =>
    (isWindows ? ['bin/x64', 'bin'] : ['lib64', 'lib', 'targets/x86_64-linux/lib', 'targets/sbsa-linux/lib']).map(
      (part) => join(root!, part),
    ),
  );
}

/** NVIDIA's wheels unpack to `nvidia/PART/lib` of an environment's packages. */
function pythonFolders({ environment, platform }: SystemPlaces): string[] {
  const isWindows = platform === 'win32';
  return ['VIRTUAL_ENV', 'CONDA_PREFIX'].flatMap((variable) => {
    const root = environment[variable];
    if (!root) return [];
    const packages = isWindows
      ? [join(root, 'Lib', 'site-packages')]
      : entriesOf(join(root, 'lib'))
          .filter((name) => /^python\d/.test(name))
          .map((name) => join(root, 'lib', name, 'site-packages'));
    const nvidia = packages.flatMap((folder) =>
      entriesOf(join(folder, 'nvidia')).flatMap((part) =>
        (isWindows ? ['bin/x86_64', 'bin'] : ['lib']).map((last) => join(folder, 'nvidia', part, last)),
      ),
    );
    // Conda's own packages lie directly in the environment.
    return [...nvidia, isWindows ? join(root, 'Library', 'bin') : join(root, 'lib')];
  });
}

function soundFile(path: string, platform: NodeJS.Platform): { path: string; bytes: number } | undefined {
  try {
    const real = realpathSync(path);
    const stats = statSync(real);
    if (!stats.isFile() || (platform === 'linux' && elfProblem(real) !== undefined)) return undefined;
    return { path: real, bytes: stats.size };
  } catch {
    return undefined;
  }
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
