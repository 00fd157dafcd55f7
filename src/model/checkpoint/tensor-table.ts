/**
 * The account of a checkpoint's tensors against the names of an architecture: which stored tensor serves which
 * canonical name, with which shape, and what is left over.
 *
 * Missing, wrongly shaped and unknown tensors are refused while the table is filled, by their stored names; values that
 * are not finite are refused when read, so that no pass over the whole file is needed to open it.
 */

import { UserError } from '../../system/errors.ts';
import { quoted } from './json.ts';
import { elementCount, type TensorSource } from './source.ts';

const REMEDY = 'Use an unchanged checkpoint of the published architecture.';

/** Bytes of tensors that may wait for the collector. */
const LEFT_BYTES = 2 ** 27;
/** Bytes read since the last collection, of all tables of the thread. */
let handedOut = 0;

interface Place {
  readonly stored: string;
  /** Elements [from, to) of the stored tensor, row-major. */
  readonly from: number;
  readonly to: number;
}

export class TensorTable<Name extends string> {
  /** Plain name (prefix stripped, old spellings replaced) -> stored name. */
  readonly #stored = new Map<string, string>();
  readonly #left: Set<string>;
  readonly #places = new Map<Name, Place | Float32Array>();

  /** @param plainName of a stored name: without prefix, in the spelling that the architecture's names are bound with */
  constructor(
    private readonly source: TensorSource,
    plainName: (stored: string) => string = (stored) => stored,
  ) {
    for (const stored of source.tensors.keys()) {
      const plain = plainName(stored)
        .replace(/LayerNorm\.gamma$/, 'LayerNorm.weight')
        .replace(/LayerNorm\.beta$/, 'LayerNorm.bias');
      const other = this.#stored.get(plain);
      if (other !== undefined) this.#refuse(`tensors ${quoted(other)} and ${quoted(stored)} are one and the same`);
      this.#stored.set(plain, stored);
    }
    this.#left = new Set(this.#stored.keys());
  }

  has(plain: string): boolean {
    return this.#stored.has(plain);
  }

  /** How many layers have a tensor `prefix` + number + `.` + anything. */
  layers(prefix: string): number {
    const numbers = new Set<string>();
    for (const plain of this.#stored.keys()) {
      if (!plain.startsWith(prefix)) continue;
      const [number = ''] = plain.slice(prefix.length).split('.', 1);
      if (/^\d+$/.test(number)) numbers.add(number);
    }
    return numbers.size;
  }

  /** Shape of a tensor that must have `rank` dimensions. */
  shape(plain: string, rank: number): readonly number[] {
    const stored = this.#stored.get(plain);
    if (stored === undefined) return this.#refuse(`tensor ${quoted(plain)} is missing`);
    const shape = this.source.tensors.get(stored)?.shape ?? [];
    if (shape.length !== rank) {
      return this.#refuse(`tensor ${quoted(stored)} has shape [${shape.slice(0, 8)}], expected ${rank} dimensions`);
    }
    return shape;
  }

  /** Serves `name` from a whole tensor of exactly this shape. */
  bind(name: Name, plain: string, shape: readonly number[]): void {
    this.bindPart(name, plain, shape, 0, elementCount(shape) ?? 0);
  }

  /** Serves `name` from elements [from, to) of a tensor of exactly this shape. */
  bindPart(name: Name, plain: string, shape: readonly number[], from: number, to: number): void {
    const found = this.shape(plain, shape.length);
    const stored = this.#stored.get(plain)!;
    if (found.some((size, i) => size !== shape[i])) {
      this.#refuse(`tensor ${quoted(stored)} has shape [${found}], expected [${shape}]`);
    }
    this.#left.delete(plain);
    this.#places.set(name, { stored, from, to });
  }

  /** Serves `name` from values that the checkpoint does not hold. */
  bindValues(name: Name, values: Float32Array): void {
    this.#places.set(name, values);
  }

  /** To be called when all is bound: refuses a tensor that was neither bound nor matches `ignored`. */
  refuseLeftOver(ignored: RegExp): void {
    const left = [...this.#left].filter((plain) => !ignored.test(plain));
    const [first] = left;
    if (first === undefined) return;
    const more = left.length > 1 ? ` (and ${left.length - 1} more)` : '';
    this.#refuse(`tensor ${quoted(this.#stored.get(first)!)}${more} has no place in this architecture`);
  }

  async read(name: Name): Promise<Float32Array> {
    const place = this.#places.get(name);
    if (place === undefined) throw new Error(`${name} is no tensor of this architecture`);
    if (place instanceof Float32Array) return place.slice();
    const values = await this.source.readFloat32(place.stored, place.from, place.to);
    collectNowAndThen(values.byteLength);
    if (!areFinite(values)) this.#refuse(`tensor ${quoted(place.stored)} holds values that are not finite`);
    return values;
  }

  #refuse(sentence: string): never {
    throw new UserError(sentence, REMEDY, { file: this.source.file });
  }
}

/** By the exponent, which is all ones in infinities and NaN: half the time of Number.isFinite. */
function areFinite(values: Float32Array): boolean {
  const EXPONENT = 0x7f80_0000;
  const words = new Int32Array(values.buffer, values.byteOffset, values.length);
  let found = 0;
  for (let i = 0; i < words.length; i++) if ((words[i]! & EXPONENT) === EXPONENT) found++;
  return found === 0;
}

/**
 * The collector does not know how large buffers are that nobody holds any more: left to itself it keeps a gigabyte of
 * tensors. A collection takes some milliseconds.
 */
function collectNowAndThen(bytes: number): void {
  handedOut += bytes;
  if (handedOut < LEFT_BYTES) return;
  handedOut = 0;
  Bun.gc(true);
}
