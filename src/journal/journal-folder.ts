/** The folder of a run's journal: what its files are called, how it comes about and how it goes. */

import { dirname, join } from 'node:path';
import { machineError, systemCode } from '../system/machine-error.ts';
import { type FileCalls, SYSTEM_FILES, writeAll } from './file-calls.ts';
import { encodeFrame, type Frame } from './frame.ts';
import { alreadyThere } from './journal-file.ts';

const RUN_FILE = 'run.vnj';
const PARTIAL_RUN_FILE = `${RUN_FILE}.partial`;
const WINDOW_FILE = /^window-([1-9]\d{0,14})\.vnj$/;

export function runPath(folder: string): string {
  return join(folder, RUN_FILE);
}

export function windowPath(folder: string, window: number): string {
  return join(folder, `window-${window}.vnj`);
}

/** What there is in a folder. */
export interface FolderContent {
  readonly hasRun: boolean;
  /** Numbers of the windows that have a file. */
  readonly windows: readonly number[];
}

/** @returns undefined where there is no folder */
export async function lookInto(folder: string, files: FileCalls): Promise<FolderContent | undefined> {
  try {
    const names = await files.list(folder);
    const windows = names.flatMap((name) => WINDOW_FILE.exec(name)?.[1] ?? []).map(Number);
    return { hasRun: names.includes(RUN_FILE), windows };
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw machineError(error, folder);
  }
}

/**
 * Makes the folder and its run file with one frame; after a crash that file is complete or absent. Files of windows that
 * nobody removed go first. Where the system refuses, nothing is left that looks like a run.
 */
export async function beginFolder(folder: string, frame: Frame, files: FileCalls): Promise<void> {
  await guarded(folder, () => files.makeFolder(folder));
  if ((await lookInto(folder, files))?.hasRun) throw alreadyThere(runPath(folder));
  await clearFolder(folder, files);
  try {
    await writeRunFile(folder, frame, files);
  } catch (error) {
    await discardJournal(folder, files).catch(() => undefined);
    throw error;
  }
}

async function writeRunFile(folder: string, frame: Frame, files: FileCalls): Promise<void> {
  const path = runPath(folder);
  const partial = join(folder, PARTIAL_RUN_FILE);
  await guarded(path, async () => {
    const file = await files.open(partial, 'replace');
    try {
      await writeAll(file, encodeFrame(frame));
      await file.sync();
    } finally {
      await file.close();
    }
    await files.rename(partial, path);
    await files.syncFolder(folder);
    await files.syncFolder(dirname(folder));
  });
}

/** Removes all files of a journal, the run last: until then what is left is a journal that knows less. */
async function clearFolder(folder: string, files: FileCalls): Promise<void> {
  const { windows } = (await lookInto(folder, files)) ?? { windows: [] };
  for (const window of windows) await removeFile(windowPath(folder, window), files);
  for (const name of [RUN_FILE, PARTIAL_RUN_FILE]) await removeFile(join(folder, name), files);
}

/** Removes a journal with its folder, where there is one. What is not the journal's stays. */
export async function discardJournal(folder: string, files: FileCalls = SYSTEM_FILES): Promise<void> {
  await clearFolder(folder, files);
  await guarded(folder, () => files.removeFolder(folder), ['ENOENT', 'ENOTEMPTY', 'EEXIST']);
}

async function removeFile(path: string, files: FileCalls): Promise<void> {
  await guarded(path, () => files.unlink(path), ['ENOENT']);
}

async function guarded(path: string, action: () => Promise<void>, harmless: readonly string[] = []): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (!harmless.includes(systemCode(error) ?? '')) throw machineError(error, path);
  }
}
