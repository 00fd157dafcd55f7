/**
 * From what a person gives (a checkpoint file or the folder that holds it) to its tensors and its config.json.
 *
 * Which form a file has is told by its first bytes; a name decides only between files of one folder.
 */

import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../../system/errors.ts';
import { RandomAccessFile } from '../../system/random-access.ts';
import { ModelConfig } from './config.ts';
import { SafetensorsFile } from './safetensors.ts';
import { INDEX_SUFFIX, openSharded } from './shard-index.ts';
import type { TensorSource } from './source.ts';
import { TorchFile } from './torch/torch-file.ts';

/** What a folder may hold, the first that is there is taken: all hold the same weights in published folders. */
const USUAL_NAMES = [
  'model.safetensors',
  'model.safetensors.index.json',
  'pytorch_model.bin',
  'pytorch_model.bin.index.json',
];
const CHECKPOINT = /\.(safetensors|bin|pt|pth)$/i;
/** fair-esm's second file, which embeddings do not need. */
const REGRESSION = /-contact-regression\.pt$/i;
const SHARD = /-\d+-of-\d+\.(safetensors|bin)$/i;
const OTHER_FORM = /\.(ckpt|pkl|h5|msgpack|onnx|gguf|npz)$/i;
const ACCEPTED =
  'Give a .safetensors, .bin, .pt or .pth file, an .index.json of several, or a folder with one of them.';

/** First bytes of a zip archive, of a pickle (protocol 2 and up), and where a tar archive says that it is one. */
const ZIP = [0x50, 0x4b];
const PICKLE = 0x80;
const LEFT_BRACE = 0x7b;
const TAR = { at: 257, magic: 'ustar' } as const;

/** Opens the tensors of a checkpoint and hands them to `use`, whose result closes them later; closed here if it fails. */
export async function openTensors<T>(path: string, use: (source: TensorSource) => Promise<T>): Promise<T> {
  const file = await tensorFile(path);
  const source = file.endsWith(INDEX_SUFFIX) ? await openSharded(file, openFile) : await openFile(file);
  try {
    return await use(source);
  } catch (error) {
    await source.close();
    throw error;
  }
}

/** The config.json beside an open checkpoint; undefined where there is none. */
export async function configBeside(source: TensorSource): Promise<ModelConfig | undefined> {
  const file = join(dirname(source.file), 'config.json');
  return (await stat(file).catch(() => undefined)) === undefined ? undefined : ModelConfig.read(file);
}

async function openFile(file: string): Promise<TensorSource> {
  if (OTHER_FORM.test(file)) throw new UserError('is a checkpoint in a form that is not read', ACCEPTED, { file });
  return (await isTorch(file)) ? TorchFile.open(file) : SafetensorsFile.open(file);
}

/**
 * Zip archives and what older versions of torch wrote; everything else is taken for safetensors, and refused as such. The
 * length that safetensors begins with may have any bytes, but its JSON follows.
 */
async function isTorch(path: string): Promise<boolean> {
  const file = await RandomAccessFile.open(path);
  try {
    const head = await file.read(new Uint8Array(Math.min(file.size, 512)), 0);
    const magic = new TextDecoder('latin1').decode(head.subarray(TAR.at, TAR.at + TAR.magic.length));
    if (head[8] === LEFT_BRACE) return false;
    return ZIP.every((byte, i) => head[i] === byte) || head[0] === PICKLE || magic === TAR.magic;
  } finally {
    await file.close();
  }
}

async function tensorFile(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new UserError('there is no such file or folder', 'Check the path.', { file: path });
  if (!found.isDirectory()) {
    if (SHARD.test(path) && !isWhole(path)) {
      throw new UserError(
        'is one part of a checkpoint that was cut in several',
        `Give the folder, or the ${INDEX_SUFFIX} beside it.`,
        { file: path },
      );
    }
    return path;
  }
  const names = (await readdir(path)).sort();
  const usual = USUAL_NAMES.find((name) => names.includes(name));
  if (usual !== undefined) return join(path, usual);
  const others = names.filter((name) => CHECKPOINT.test(name) && !REGRESSION.test(name));
  const [only] = others;
  if (others.length === 1 && only !== undefined) return join(path, only);
  if (others.length > 1) {
    throw new UserError(
      `the folder holds ${others.length} checkpoints: ${others.slice(0, 4).join(', ')}${others.length > 4 ? ', …' : ''}`,
      'Give one of the files.',
      { file: path },
    );
  }
  const other = names.find((name) => OTHER_FORM.test(name));
  const what = other === undefined ? 'holds no checkpoint' : `holds only ${other}, in a form that is not read`;
  throw new UserError(`the folder ${what}`, ACCEPTED, { file: path });
}

/** A part 1 of 1 is a checkpoint. */
function isWhole(path: string): boolean {
  return /-0*1-of-0*1\./.test(basename(path));
}
