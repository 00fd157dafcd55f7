/**
 * A checkpoint cut into several files: `*.index.json` maps each tensor to the file that holds it, all in one folder.
 *
 * Every shard is opened and checked, and every tensor must be where the index says. What a shard holds beyond the index is
 * there too, as the libraries that write such files read it, but no name may stand in two shards.
 */

import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UserError } from '../../system/errors.ts';
import { isObject } from '../../system/json-object.ts';
import { RandomAccessFile } from '../../system/random-access.ts';
import { DAMAGED, parseJsonObject, quoted } from './json.ts';
import type { StoredTensor, TensorSource } from './source.ts';

export const INDEX_SUFFIX = '.index.json';

const MAX_INDEX_BYTES = 50_000_000;
const LEVELS = 8;
const MAX_SHARDS = 1000;

export type OpenFile = (path: string) => Promise<TensorSource>;

/** @param openFile opens one shard */
export async function openSharded(index: string, openFile: OpenFile): Promise<TensorSource> {
  const places = await readIndex(index);
  const names = [...new Set(places.values())].sort();
  const refuse = (sentence: string): never => {
    throw new UserError(sentence, DAMAGED, { file: index });
  };
  if (names.length === 0) refuse('names no tensors');
  if (names.length > MAX_SHARDS) refuse(`names ${names.length} files`);
  const shards = new Map<string, TensorSource>();
  const close = async (): Promise<void> => {
    for (const shard of shards.values()) await shard.close();
  };
  try {
    const holders = new Map<string, TensorSource>();
    for (const name of names) {
      const shard = await openFile(join(dirname(index), name));
      shards.set(name, shard);
      for (const tensor of shard.tensors.keys()) {
        if (holders.has(tensor)) refuse(`tensor ${quoted(tensor)} stands in two of its files`);
        holders.set(tensor, shard);
      }
    }
    for (const [tensor, name] of places) {
      if (holders.get(tensor) !== shards.get(name)) refuse(`tensor ${quoted(tensor)} is not in ${quoted(name)}`);
    }
    return new ShardedSource(index, [...shards.values()], holders, close);
  } catch (error) {
    await close();
    throw error;
  }
}

class ShardedSource implements TensorSource {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly files: readonly string[];

  constructor(
    readonly file: string,
    shards: readonly TensorSource[],
    private readonly holders: ReadonlyMap<string, TensorSource>,
    readonly close: () => Promise<void>,
  ) {
    this.files = [file, ...shards.flatMap((shard) => shard.files)];
    this.tensors = new Map(shards.flatMap((shard) => [...shard.tensors]));
  }

  async readFloat32(name: string, from?: number, to?: number): Promise<Float32Array> {
    const holder = this.holders.get(name);
    if (holder === undefined) throw new Error(`no tensor ${quoted(name)} in ${this.file}`);
    return holder.readFloat32(name, from, to);
  }
}

/** Tensor -> file name. */
async function readIndex(index: string): Promise<ReadonlyMap<string, string>> {
  const refuse = (sentence: string): never => {
    throw new UserError(sentence, DAMAGED, { file: index });
  };
  const file = await RandomAccessFile.open(index);
  await file.close();
  if (file.size > MAX_INDEX_BYTES) refuse(`has ${file.size} bytes, too many for an index`);
  const map = parseJsonObject(await readFile(index), index, 'the index', LEVELS).get('weight_map');
  if (!isObject(map)) return refuse('has no weight_map');
  return new Map(
    Object.entries(map).map(([tensor, name]) => {
      if (typeof name !== 'string') return refuse(`maps tensor ${quoted(tensor)} to something that is no file name`);
      // A path could lead out of the folder, on any platform.
      if (/[/\\:]/.test(name) || name.startsWith('.') || name.length > 255) {
        return refuse(`maps tensor ${quoted(tensor)} to ${quoted(name)}, which is no plain file name`);
      }
      return [tensor, name] as const;
    }),
  );
}
