/** What every checkpoint format offers to the name maps: tensors by their stored names, read one at a time. */

/** Element types; the size of one element in bytes. */
export const DTYPE_BYTES = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
} as const;

export type Dtype = keyof typeof DTYPE_BYTES;

export interface StoredTensor {
  readonly dtype: Dtype;
  /** Row-major; `[]` is one number. */
  readonly shape: readonly number[];
}

export interface TensorSource {
  /** Path of the file or of its index, for messages. */
  readonly file: string;
  /** Paths of all files that tensors come from. */
  readonly files: readonly string[];
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /**
   * Elements [from, to) of a tensor in row-major order as float32 (all of them by default). F32 is exact, F16 and BF16
   * widen exactly, F64 is rounded to nearest; other types are refused.
   */
  readFloat32(name: string, from?: number, to?: number): Promise<Float32Array>;
  /**
   * A number or text that lies beside the tensors (fair-esm's `cfg`, the attributes of a pickled module), by keys and
   * attributes from the top; undefined where there is none.
   */
  scalar?(path: readonly string[]): string | number | boolean | null | undefined;
  /** Class names of the parts of a pickled module, by name. */
  partClasses?(): ReadonlyMap<string, string>;
  close(): Promise<void>;
}

/** Number of elements; undefined when it is no safe integer. */
export function elementCount(shape: readonly number[]): number | undefined {
  let count = 1;
  for (const size of shape) {
    count *= size;
    if (!Number.isSafeInteger(count)) return undefined;
  }
  return count;
}
