/**
 * ONNX Runtime's own library beside its CUDA provider: it looks for providers in the folder it lies in itself, behind
 * no link, so a copy of the one in this program goes there.
 */

import { constants } from 'node:fs';
import { copyFile, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileProblem, type KnownFile } from '../system/known-file.ts';
import { embeddedParts, extractOnnxRuntime } from '../system/parts.ts';
import { runtimeError } from './places.ts';

export interface CoreLibrary extends KnownFile {
  readonly name: string;
  /** Path of the file, whole and right. */
  readonly extract: () => Promise<string>;
}

/** The library in this executable. */
export async function embeddedCore(): Promise<CoreLibrary> {
  const part = (await embeddedParts()).find(({ role }) => role === 'onnxruntime');
  if (part === undefined) throw new Error('this binary carries no onnxruntime');
  return { name: basename(part.path), bytes: part.bytes, sha256: part.sha256, extract: extractOnnxRuntime };
}

/**
 * Makes sure that the library lies in the folder, whole and right.
 * @returns its path
 */
export async function placeCore(folder: string, core: CoreLibrary): Promise<string> {
  const target = join(folder, core.name);
  if ((await fileProblem(target, core, false)) === undefined) return target;
  const temporary = `${target}.${process.pid}.partial`;
  try {
    await copyFile(await core.extract(), temporary, constants.COPYFILE_FICLONE);
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    // Another process may have put it there at the same moment.
    if ((await fileProblem(target, core, false)) === undefined) return target;
    throw runtimeError(error, target, 'written');
  }
  return target;
}
