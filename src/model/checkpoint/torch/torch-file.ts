/**
 * Reads what torch.save writes (PyTorch 1.6 and newer): a zip archive of stored records, one of them a pickle that
 * says how tensors lie in the others. Nothing of the pickle is run.
 *
 * Everything but the numbers is checked at `open`; every violation is a UserError that names the file. A storage's
 * checksum is verified before its first number is handed out. Only what is asked for is in memory.
 */

import { UserError } from '../../../system/errors.ts';
import { RandomAccessFile } from '../../../system/random-access.ts';
import { type Elements, elementsOf, float32Of, isFloat } from '../elements.ts';
import { quoted } from '../json.ts';
import { DTYPE_BYTES, elementCount, type StoredTensor, type TensorSource } from '../source.ts';
import { gather } from './gather.ts';
import { unpickle } from './pickle.ts';
import { OTHER_NUMBERS, PickleProblem } from './pickle-problem.ts';
import { asKind, globalName, type Tensor, type Value } from './pickle-value.ts';
import { findStateDict } from './state-dict.ts';
import { StorageTable } from './storage-table.ts';
import { TorchRecords } from './torch-records.ts';

export class TorchFile implements TensorSource {
  readonly tensors: ReadonlyMap<string, StoredTensor>;

  private constructor(
    private readonly opened: RandomAccessFile,
    private readonly records: TorchRecords,
    /** The whole value of the pickle; it may contain itself. */
    private readonly top: Value,
    private readonly views: ReadonlyMap<string, Tensor>,
  ) {
    this.tensors = views;
  }

  get file(): string {
    return this.opened.path;
  }

  get files(): readonly string[] {
    return [this.file];
  }

  static async open(path: string): Promise<TorchFile> {
    const file = await RandomAccessFile.open(path);
    try {
      const records = await TorchRecords.open(file);
      const storages = new StorageTable((key) => records.storage(key)?.size);
      const top = unpickle(await records.pickle(), path, storages);
      return new TorchFile(file, records, top, findStateDict(top));
    } catch (error) {
      await file.close();
      if (!(error instanceof PickleProblem)) throw error;
      throw new UserError(error.sentence, error.remedy, { file: path });
    }
  }

  async readFloat32(name: string, from = 0, to?: number): Promise<Float32Array> {
    const { dtype } = this.#view(name);
    // Asked before reading: the numbers of a whole tensor may be many.
    if (!isFloat(dtype)) {
      throw new UserError(`tensor ${quoted(name)} holds ${dtype} values, not floating-point numbers`, OTHER_NUMBERS, {
        file: this.file,
      });
    }
    return float32Of(dtype, await this.#bytes(name, from, to));
  }

  /** Elements [from, to) of a tensor in row-major order, of any type, as stored. */
  async readElements(name: string, from = 0, to?: number): Promise<Elements> {
    return elementsOf(this.#view(name).dtype, await this.#bytes(name, from, to));
  }

  /**
   * A number, text, boolean or None (null) that lies beside the tensors, through dicts by key and objects by attribute:
   * `['cfg', 'model', 'encoder_layers']`. Undefined where there is no such place or it holds something else.
   */
  scalar(path: readonly string[]): string | number | boolean | null | undefined {
    const value = this.#at(path);
    if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      return value;
    }
    return asKind(value, 'float')?.value;
  }

  /** Full name of the class of an object, e.g. `torch.nn.modules.linear.Linear`; undefined for what is no object. */
  className(path: readonly string[]): string | undefined {
    const instance = asKind(this.#at(path), 'instance');
    return instance === undefined ? undefined : globalName(instance.type);
  }

  /** Full class names of a pickled module's parts; none for a state dict. */
  partClasses(): ReadonlyMap<string, string> {
    const parts = new Map<string, string>();
    for (const [name, part] of asKind(this.#at(['_modules']), 'dict')?.entries ?? []) {
      const instance = asKind(part, 'instance');
      if (typeof name === 'string' && instance !== undefined) parts.set(name, globalName(instance.type));
    }
    return parts;
  }

  async close(): Promise<void> {
    await this.opened.close();
  }

  #at(path: readonly string[]): Value | undefined {
    let value: Value | undefined = this.top;
    for (const key of path) {
      const inside: Value | undefined = asKind(value, 'instance')?.state ?? value;
      value = asKind(inside, 'dict')?.entries.get(key);
    }
    return value;
  }

  #view(name: string): Tensor {
    const view = this.views.get(name);
    if (view === undefined) throw new Error(`no tensor ${quoted(name)} in ${this.file}`);
    return view;
  }

  async #bytes(name: string, from: number, to?: number): Promise<Uint8Array<ArrayBuffer>> {
    const view = this.#view(name);
    const count = elementCount(view.shape) ?? 0;
    const end = to ?? count;
    if (from < 0 || from > end || end > count) {
      throw new Error(`elements ${from} to ${end} are not inside tensor ${quoted(name)}`);
    }
    const record = this.records.storage(view.storage.key);
    if (record === undefined) throw new Error(`storage ${view.storage.key} was in the archive when it was opened`);
    return gather(view, DTYPE_BYTES[view.dtype], from, end, (bytes, at) => this.records.read(record, bytes, at));
  }
}
