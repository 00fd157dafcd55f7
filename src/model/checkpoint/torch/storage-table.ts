/**
 * The storages of a checkpoint: what a pickle's persistent ids name, each one a record `data/<key>` of the archive.
 *
 * Invariant: a storage's declared size is that of its record, and all mentions of a storage agree.
 */

import { quoted } from '../json.ts';
import { DTYPE_BYTES, type Dtype } from '../source.ts';
import { NOT_PLAIN, PickleProblem } from './pickle-problem.ts';
import { asKind, describe, type Global, type Storage, type Value } from './pickle-value.ts';

/** By module and name, with a blank between. */
const STORAGE_DTYPES: ReadonlyMap<string, Dtype | 'untyped'> = new Map([
  ['torch DoubleStorage', 'F64'],
  ['torch FloatStorage', 'F32'],
  ['torch HalfStorage', 'F16'],
  ['torch BFloat16Storage', 'BF16'],
  ['torch LongStorage', 'I64'],
  ['torch IntStorage', 'I32'],
  ['torch ShortStorage', 'I16'],
  ['torch CharStorage', 'I8'],
  ['torch ByteStorage', 'U8'],
  ['torch BoolStorage', 'BOOL'],
  ['torch UntypedStorage', 'untyped'],
  ['torch.storage UntypedStorage', 'untyped'],
]);

/** torch counts keys from 0; early versions wrote addresses. A key with other characters is no name of a record. */
const KEY = /^\d{1,20}$/;

export class StorageTable {
  readonly #storages = new Map<string, Storage>();

  /** @param recordBytes size of record `data/<key>`, undefined where there is none */
  constructor(private readonly recordBytes: (key: string) => number | undefined) {}

  /** @param id ('storage', class, key, location, number of elements) */
  resolve(id: Value): Storage {
    const items = asKind(id, 'tuple')?.items ?? [];
    const [word, type, key, location, count] = items;
    if (items.length !== 5 || word !== 'storage') {
      throw new PickleProblem(
        `a persistent id is ${typeof word === 'string' ? quoted(word) : describe(id)}, not a storage`,
        NOT_PLAIN,
      );
    }
    const dtype = storageDtype(type);
    // The location (cpu, cuda:0) says where the tensor was; it does not matter here.
    if (typeof key !== 'string' || !KEY.test(key) || typeof location !== 'string') {
      throw new PickleProblem(`a storage has the key ${typeof key === 'string' ? quoted(key) : describe(key)}`);
    }
    const bytes = this.recordBytes(key);
    if (bytes === undefined) throw new PickleProblem(`storage ${key} is not in the archive`);
    if (typeof count !== 'number' || count * (dtype === undefined ? 1 : DTYPE_BYTES[dtype]) !== bytes) {
      throw new PickleProblem(
        `storage ${key} is declared with ${typeof count === 'number' ? count : describe(count)} elements of type ` +
          `${dtype ?? 'byte'}, but its record holds ${bytes} bytes`,
      );
    }
    const known = this.#storages.get(key);
    if (known !== undefined && known.dtype !== dtype)
      throw new PickleProblem(`storage ${key} is declared with two types`);
    const storage = known ?? { kind: 'storage', key, dtype, bytes };
    this.#storages.set(key, storage);
    return storage;
  }
}

function storageDtype(type: Value | undefined): Dtype | undefined {
  const global: Global | undefined = asKind(type, 'global');
  const dtype = global === undefined ? undefined : STORAGE_DTYPES.get(`${global.module} ${global.name}`);
  if (dtype === undefined)
    throw new PickleProblem(`${describe(type)} stands where a type of storage must be`, NOT_PLAIN);
  return dtype === 'untyped' ? undefined : dtype;
}
