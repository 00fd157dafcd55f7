/** What every checkpoint format offers to the name maps: tensors by their stored names, read one at a time. */

/** Element types of a safetensors file; the size of one element in bytes. */
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
  /** Byte position of the first element in the file. */
  readonly offset: number;
  readonly bytes: number;
}

export interface TensorSource {
  /** Path as the user gave it, for messages. */
  readonly file: string;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /**
   * Elements [from, to) of a tensor in row-major order as float32 (all of them by default). F32 is exact, F16 and BF16
   * widen exactly, F64 is rounded to nearest; other types are refused.
   */
  readFloat32(name: string, from?: number, to?: number): Promise<Float32Array>;
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
