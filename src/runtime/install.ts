/**
 * Installs a runtime: what is missing is downloaded (or taken from a folder), verified, unpacked into a hidden folder,
 * and gets its name by one rename. Whatever happens before leaves nothing under that name; what was downloaded stays
 * for the next time.
 */

import { rmSync } from 'node:fs';
import { copyFile, mkdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Clock } from '../fetch/clock.ts';
import { fetchFiles } from '../fetch/fetch-files.ts';
import type { FetchProgress } from '../fetch/progress.ts';
import { syncFolder } from '../system/atomic-file.ts';
import { UserError } from '../system/errors.ts';
import { lockFolder } from '../system/folder-lock.ts';
import { fileProblem } from '../system/known-file.ts';
import { onSignal } from '../system/signals.ts';
import { INDEX_HOST, type Runtime, type Wheel } from './catalogue.ts';
import { type CoreLibrary, embeddedCore, placeCore } from './core.ts';
import { folderOf, inspectRuntime } from './installed.ts';
import { runtimeError } from './places.ts';
import { type InstallPlan, type Source, unpackedBytes } from './plan.ts';
import { RECORD_FILE, recordText } from './record.ts';
import { checkInstallSpace } from './space.ts';
import { stubFiles } from './stubs.ts';
import { WheelArchive } from './wheel.ts';

export interface InstallOptions {
  /** Folder of installed runtimes. */
  readonly root: string;
  /** Folder for wheels on their way. */
  readonly downloads: string;
  /** Base address in place of the index's file host, without a slash at the end. */
  readonly mirror?: string | undefined;
  readonly onFetch: (progress: FetchProgress) => void;
  /** A sentence on what is done. */
  readonly onNote: (sentence: string) => void;
  readonly core?: (() => Promise<CoreLibrary>) | undefined;
  readonly freeBytes?: ((folder: string) => number | undefined) | undefined;
  readonly clock?: Clock | undefined;
}

export interface InstallResult {
  readonly folder: string;
  /** False where it was installed already. */
  readonly isNew: boolean;
}

/** @throws UserError for what the network, a file, the disk or another process does */
export async function installRuntime(
  runtime: Runtime,
  plan: InstallPlan,
  options: InstallOptions,
): Promise<InstallResult> {
  const { root, downloads, onNote } = options;
  const folder = folderOf(root, runtime);
  const isThere = async () => (await inspectRuntime(root, runtime))?.state === 'sound';
  if (await isThere()) return { folder, isNew: false };
  const core = runtime.core === undefined ? await (options.core ?? embeddedCore)() : undefined;
  const wheels = runtime.wheels.filter((wheel) => plan.sources.get(wheel)?.kind === 'download');
  checkInstallSpace(root, downloads, { unpacked: unpackedBytes(runtime, plan, core), wheels }, options.freeBytes);
  const fetched = await download(wheels, options);
  await mkdir(root, { recursive: true }).catch((error: unknown) => {
    throw runtimeError(error, root, 'written');
  });
  const release = lockFolder(root, { remedy: 'try again later' });
  const stage = join(root, `.${basename(folder)}.partial`);
  const forget = onSignal(() => {
    rmSync(stage, { recursive: true, force: true });
    release();
  });
  try {
    // Another process may have done it since.
    if (await isThere()) return { folder, isNew: false };
    await guarded(root, async () => {
      await rm(stage, { recursive: true, force: true });
      await mkdir(stage);
    });
    for (const wheel of runtime.wheels) {
      onNote(`Unpacking and checking ${wheel.name}`);
      await fill(stage, wheel, plan.sources.get(wheel)!, fetched.get(wheel));
    }
    await finish(stage, runtime, plan, core);
    await guarded(folder, async () => {
      // What lies there is broken; it may be in use, so it only loses its name first.
      await rm(`${stage}.old`, { recursive: true, force: true });
      await rename(folder, `${stage}.old`).catch(() => undefined);
      await rename(stage, folder);
      await rm(`${stage}.old`, { recursive: true, force: true });
    });
    syncFolder(root);
    await removeDownloads(downloads, [...fetched.values()]);
    return { folder, isNew: true };
  } finally {
    forget();
    await rm(stage, { recursive: true, force: true }).catch(() => undefined);
    release();
  }
}

async function download(wheels: readonly Wheel[], options: InstallOptions): Promise<ReadonlyMap<Wheel, string>> {
  if (wheels.length === 0) return new Map();
  const host = options.mirror ?? INDEX_HOST;
  const files = wheels.map(({ name, path, bytes, sha256 }) => {
    return { name, url: `${host}/${path}`, bytes, hash: { kind: 'sha256', hex: sha256 } as const };
  });
  const fetched = await fetchFiles(files, {
    ...{ folder: options.downloads, parallel: 2, offline: false, credentials: () => ({}), emit: options.onFetch },
    ...{ clock: options.clock, freeBytes: options.freeBytes },
  });
  return new Map(wheels.map((wheel, i) => [wheel, fetched[i]!.path]));
}

/** Puts the files of one wheel into the stage. */
async function fill(stage: string, wheel: Wheel, source: Source, fetched: string | undefined): Promise<void> {
  switch (source.kind) {
    case 'system':
      return;
    case 'loose':
      for (const [entry, path] of source.files) {
        const target = join(stage, entry.name);
        await guarded(target, () => copyFile(path, target));
        const problem = await fileProblem(target, entry, true);
        if (problem === undefined) continue;
        throw new UserError(problem, `It is not the file of ${wheel.name}; give that wheel instead.`, { file: path });
      }
      return;
    case 'wheel':
    case 'download': {
      const path = source.kind === 'wheel' ? source.path : fetched;
      if (path === undefined) throw new Error(`${wheel.name} was not downloaded`);
      const archive = await WheelArchive.open(path);
      try {
        for (const entry of wheel.files)
          await archive.unpack(entry.entry, join(stage, entry.name), entry, () => undefined);
      } finally {
        await archive.close();
      }
      return;
    }
    default:
      source satisfies never;
  }
}

/** What is not in any wheel. */
async function finish(
  stage: string,
  runtime: Runtime,
  plan: InstallPlan,
  core: CoreLibrary | undefined,
): Promise<void> {
  const stubs = stubFiles(runtime);
  for (const { name, content } of stubs) await guarded(stage, () => writeFile(join(stage, name), content));
  if (core !== undefined) await placeCore(stage, core);
  const unpacked = runtime.wheels.flatMap((wheel) => {
    const source = plan.sources.get(wheel);
    if (source?.kind === 'system') return [];
    return source?.kind === 'loose' ? source.files.map(([{ name }]) => name) : wheel.files.map(({ name }) => name);
  });
  const files = [...unpacked, ...stubs.map(({ name }) => name), ...(core === undefined ? [] : [core.name])];
  const { name, version, cuda, target } = runtime;
  const text = recordText({ name, version, cuda, target, files, system: plan.system });
  await guarded(stage, () => writeFile(join(stage, RECORD_FILE), text));
}

/** Only what this install downloaded: another one may be under way in the same folder. */
async function removeDownloads(folder: string, paths: readonly string[]): Promise<void> {
  for (const path of paths) await rm(path, { force: true }).catch(() => undefined);
  await rm(join(folder, 'fetched.json'), { force: true }).catch(() => undefined);
  await rmdir(folder).catch(() => undefined);
}

async function guarded<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw runtimeError(error, path, 'written');
  }
}
