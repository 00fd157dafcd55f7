/** What both encoders' oracles share: the first lookup of token ids and the reading of weight and bias pairs. */

import type { Affine } from './linear.ts';

/** Token ids of one sequence, special tokens included. */
export type TokenIds = ArrayLike<number>;

/** One sequence's output: `hidden` is `[tokens, width]`, `mean` is `[width]`. */
export interface Encoded {
  readonly hidden: Float64Array;
  readonly mean: Float64Array;
}

/** Rows of the embedding table, `[vocabulary, width]`, times `scale`: `[tokens, width]`. */
export function lookUp(table: Float32Array, width: number, ids: TokenIds, scale = 1): Float64Array {
  const x = new Float64Array(ids.length * width);
  for (let t = 0; t < ids.length; t++) {
    const id = ids[t]!;
    if (!Number.isInteger(id) || id < 0 || id >= table.length / width)
      throw new Error(`token id ${id} has no embedding`);
    for (let i = 0; i < width; i++) x[t * width + i] = table[id * width + i]! * scale;
  }
  return x;
}

/** Reads a weight and its bias under one stem of canonical names. */
export async function readAffine<Stem extends string>(
  weights: { read(name: `${NoInfer<Stem>}.${'weight' | 'bias'}`): Promise<Float32Array> },
  stem: Stem,
): Promise<Affine> {
  return { weight: await weights.read(`${stem}.weight`), bias: await weights.read(`${stem}.bias`) };
}
