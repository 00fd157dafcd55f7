/**
 * Runtimes that are installed: each in a folder `NAME-VERSION` of its own. Looking at them compares sizes; before one is
 * opened its libraries are hashed, because a provider that was cut off would kill the process, and one of another
 * version would compute nonsense.
 */

import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { EXIT, UserError } from '../system/errors.ts';
import { fileProblem, type KnownFile } from '../system/known-file.ts';
import { systemCode } from '../system/machine-error.ts';
import { sha256OfBytes } from '../system/sha256.ts';
import { filesOf, RUNTIME_NAMES, type Runtime, type RuntimeName } from './catalogue.ts';
import { type CoreLibrary, embeddedCore, placeCore } from './core.ts';
import { runtimeError } from './places.ts';
import { type RuntimeRecord, readRecord } from './record.ts';
import { stubFiles } from './stubs.ts';

export type InstalledRuntime =
  | {
      readonly state: 'sound';
      readonly folder: string;
      /** Of the files in the folder. */
      readonly bytes: number;
      readonly record: RuntimeRecord;
    }
  | {
      readonly state: 'broken';
      readonly folder: string;
      readonly bytes: number;
      /** What is wrong, without a full stop. */
      readonly problem: string;
    };

/** What a session needs to compute with a runtime. All paths are absolute. */
export interface OpenedRuntime {
  readonly name: RuntimeName;
  /** Of ONNX Runtime. */
  readonly version: string;
  readonly folder: string;
  /** ONNX Runtime's library; the CUDA provider lies beside it. */
  readonly core: string;
  /** To be opened before the provider is, in this order. */
  readonly libraries: readonly string[];
}

/** Folder of a runtime, installed or not. */
export function folderOf(root: string, { name, version }: Pick<Runtime, 'name' | 'version'>): string {
  return join(root, `${name}-${version}`);
}

/** @returns undefined when it is not installed */
export async function inspectRuntime(root: string, runtime: Runtime): Promise<InstalledRuntime | undefined> {
  const folder = folderOf(root, runtime);
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw runtimeError(error, folder, 'read');
  }
  let bytes = 0;
  for (const name of names) bytes += (await sizeOf(join(folder, name))) ?? 0;
  const record = await readRecord(folder);
  const problem = await problemOf(folder, runtime, record);
  if (record === undefined || problem !== undefined) {
    return { state: 'broken', folder, bytes, problem: problem ?? 'it is incomplete' };
  }
  return { state: 'sound', folder, bytes, record };
}

/**
 * Verifies a runtime and makes it ready.
 *
 * @param core ONNX Runtime's library in this program, for a runtime that has none of its own
 * @returns undefined when it is not installed
 * @throws UserError when it is not what was installed
 */
export async function openRuntime(
  root: string,
  runtime: Runtime,
  core: () => Promise<CoreLibrary> = embeddedCore,
): Promise<OpenedRuntime | undefined> {
  const installed = await inspectRuntime(root, runtime);
  if (installed === undefined) return undefined;
  const { folder } = installed;
  const refuse = (problem: string) =>
    new UserError(
      `The installed runtime ${runtime.name} cannot be used: ${problem}`,
      `Install it again: virnucpro runtime install ${runtime.name}.`,
      { file: folder },
      EXIT.runtime,
    );
  if (installed.state === 'broken') throw refuse(installed.problem);
  const elsewhere = new Map(installed.record.system.map(({ name, path }) => [name, path]));
  for (const [name, known] of librariesOf(runtime)) {
    if (elsewhere.has(name)) continue;
    const problem = await fileProblem(join(folder, name), known, false);
    if (problem !== undefined) throw refuse(`${name} ${problem}`);
  }
  return {
    name: runtime.name,
    version: runtime.version,
    folder,
    core: runtime.core === undefined ? await placeCore(folder, await core()) : join(folder, runtime.core),
    libraries: runtime.open.map((name) => elsewhere.get(name) ?? join(folder, name)),
  };
}

/** Folders of runtimes that this version of the program does not use. */
export async function outdatedFolders(root: string, current: readonly Runtime[]): Promise<string[]> {
  const used = new Set(current.map((runtime) => folderOf(root, runtime)));
  const names = await readdir(root).catch(() => []);
  return names
    .filter((name) => runtimeNameOf(name) !== undefined)
    .map((name) => join(root, name))
    .filter((folder) => !used.has(folder))
    .sort();
}

/** `cuda` of `cuda-1.30.0`; undefined for any other name. */
export function runtimeNameOf(folderName: string): RuntimeName | undefined {
  const name = /^([a-z0-9]+)-\d+\.\d+\.\d+$/.exec(folderName)?.[1];
  return RUNTIME_NAMES.find((known) => known === name);
}

async function problemOf(
  folder: string,
  runtime: Runtime,
  record: RuntimeRecord | undefined,
): Promise<string | undefined> {
  if (record === undefined) return 'it is incomplete';
  if (record.target !== runtime.target) return `it is made for ${record.target}, not for ${runtime.target}`;
  const system = new Map(record.system.map((library) => [library.name, library]));
  for (const [name, { bytes }] of librariesOf(runtime)) {
    const elsewhere = system.get(name);
    const [path, expected] = elsewhere === undefined ? [join(folder, name), bytes] : [elsewhere.path, elsewhere.bytes];
    const size = await sizeOf(path);
    const shown = elsewhere === undefined ? name : path;
    if (size === undefined) return `${shown} is missing`;
    if (size !== expected) return `${shown} has ${size} bytes instead of ${expected}`;
  }
  return undefined;
}

/** What is needed to compute, stubs included. */
function librariesOf(runtime: Runtime): readonly (readonly [name: string, known: KnownFile])[] {
  const files = filesOf(runtime).filter(({ isLicence }) => !isLicence);
  return [
    ...files.map((file) => [file.name, file] as const),
    ...stubFiles(runtime).map(
      ({ name, content }) => [name, { bytes: content.length, sha256: sha256OfBytes(content) }] as const,
    ),
  ];
}

async function sizeOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    (stats) => (stats.isFile() ? stats.size : undefined),
    () => undefined,
  );
}
