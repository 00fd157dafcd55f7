/**
 * From what a person gives (a checkpoint file or the folder that holds it) to an open file and its config.json.
 *
 * Accepted: one safetensors file, or a folder with `model.safetensors`. Every other form is refused by name.
 */

import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UserError } from '../../system/errors.ts';
import { ModelConfig } from './config.ts';
import { SafetensorsFile } from './safetensors.ts';
import type { TensorSource } from './source.ts';

const TENSORS = 'model.safetensors';
const ACCEPTED = `Give a single .safetensors file, or a folder that holds ${TENSORS}.`;
const OTHER_FORM = /\.(bin|pt|pth|ckpt|pkl|h5|msgpack|onnx|gguf|index\.json)$/i;
const SHARD = /-\d+-of-\d+\.safetensors$/i;

/** Opens the tensors of a checkpoint and hands them to `use`, whose result closes them later; closed here if it fails. */
export async function openTensors<T>(path: string, use: (source: TensorSource) => Promise<T>): Promise<T> {
  const source = await SafetensorsFile.open(await tensorFile(path));
  try {
    return await use(source);
  } catch (error) {
    await source.close();
    throw error;
  }
}

/** Reads the config.json beside an open checkpoint. */
export async function configBeside(source: TensorSource): Promise<ModelConfig> {
  return ModelConfig.read(join(dirname(source.file), 'config.json'));
}

async function tensorFile(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new UserError('there is no such file or folder', 'Check the path.', { file: path });
  if (!found.isDirectory()) {
    refuseOtherForm(path);
    return path;
  }
  const names = (await readdir(path)).sort();
  if (names.includes(TENSORS)) return join(path, TENSORS);
  for (const name of names) refuseOtherForm(join(path, name));
  throw new UserError(`the folder holds no ${TENSORS}`, ACCEPTED, { file: path });
}

function refuseOtherForm(file: string): void {
  if (SHARD.test(file)) throw new UserError('is one part of a checkpoint that was cut in several', ACCEPTED, { file });
  if (OTHER_FORM.test(file)) throw new UserError('is a checkpoint in a form that is not read', ACCEPTED, { file });
}
