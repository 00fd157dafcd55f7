/** Opens and reads PyTorch checkpoints that must be refused. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TorchFile } from '../../src/model/checkpoint/torch/torch-file.ts';
import { UserError } from '../../src/system/errors.ts';
import { pickle } from './torch-pickle.ts';
import { float32Bytes, torchBytes } from './torch-zip.ts';

/** Numbers of every tensor, by name. Closes the file. */
export async function readAll(path: string): Promise<Map<string, ArrayLike<number | bigint>>> {
  const file = await TorchFile.open(path);
  try {
    const read = new Map<string, ArrayLike<number | bigint>>();
    for (const name of file.tensors.keys()) read.set(name, await file.readElements(name));
    return read;
  } finally {
    await file.close();
  }
}

/** The message with which a checkpoint is refused; throws when it is read or fails otherwise. */
export async function refusalOf(path: string, read: (path: string) => Promise<unknown> = readAll): Promise<string> {
  try {
    await read(path);
  } catch (error) {
    if (error instanceof UserError && error.where.file === path && error.exitCode === 2) return error.message;
    throw error;
  }
  throw new Error(`${path} was read`);
}

/** A place for files of one test file. */
export class Scratch {
  readonly folder = mkdtempSync(join(tmpdir(), 'torch-'));

  write(content: Uint8Array, name = 'any.pth'): string {
    const path = join(this.folder, name);
    writeFileSync(path, content);
    return path;
  }

  /** A checkpoint that is this value, with storage `0` of 1, 2, 3, 4 and storage `1` of 5 (float32). */
  checkpoint(top: Uint8Array | string): string {
    return this.write(torchBytes(pickle(top), { '0': float32Bytes(1, 2, 3, 4), '1': float32Bytes(5) }));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
