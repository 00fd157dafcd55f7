/**
 * Probes of attention, with and without ALiBi, and of rotary positions, in the shape both large encoders have: heads of
 * 64. Kernels are chosen by the number of tokens (one that is known to go wrong on some drivers begins at 32), so there are several.
 */

import type { Arithmetic } from '../../device/backend.ts';
import { alibiDistance } from '../../device/encoder-inputs.ts';
import { alibiSlopes } from '../../model/alibi.ts';
import { attention } from '../../model/graph/layers.ts';
import { attend, rotate } from '../../model/oracle/attention.ts';
import { rotaryInverseFrequencies } from '../../model/rotary.ts';
import { normalValues } from './normal-values.ts';
import { type KnownProbe, ProbeGraph } from './probe-graph.ts';

const HEAD_SIZE = 64;
const ROWS = 2;
/**
 * Deviation of the queries; that of keys and values is 1. Scores then have deviation 2: a few tokens get most of the
 * weight, as in a trained model, and a wrong score shows in the result.
 */
const QUERY_SCALE = 2;

/** Every head is a matrix product of its own: fewer of them where there are many tokens, for slow devices. */
const HEADS: Readonly<Record<number, number>> = { 16: 4, 64: 4, 130: 3, 300: 2 };
/** Token counts: below 32, a power of two, no multiple of 4, the longest of a chunk of 300 nt. */
export const ATTENTION_TOKENS = Object.keys(HEADS).map(Number);

/** softmax(Q K^T / 8 [- slope |i - j|]) V, `[2, tokens, heads * 64]`. */
export function attentionProbe(tokens: number, bias: 'alibi' | 'none', arithmetic: Arithmetic): KnownProbe {
  const heads = HEADS[tokens];
  if (heads === undefined) throw new Error(`no attention probe for ${tokens} tokens`);
  const of = new ProbeGraph(`attention ${bias === 'alibi' ? 'with ALiBi ' : ''}over ${tokens} tokens`, arithmetic);
  const width = heads * HEAD_SIZE;
  const shape = [ROWS, tokens, width];
  const values = (seed: number, scale: number) =>
    of.held(normalValues(seed + tokens, ROWS * tokens * width).map((value) => scale * value));
  const query = values(1000, QUERY_SCALE);
  const key = values(2000, 1);
  const value = values(3000, 1);
  const inputs = [
    of.input('query', shape, query),
    of.input('key', shape, key),
    of.input('value', shape, value),
  ] as const;

  // Built as the encoders build it; the slopes are powers of two and the distances small: both are exact in float16 too.
  const slopes = alibiSlopes(heads);
  let added: ReturnType<typeof of.input> | undefined;
  if (bias === 'alibi') {
    const distance = of.input('distance', [1, 1, tokens, tokens], new Float32Array(alibiDistance(tokens)));
    added = of.graph.node('Mul', 'bias', [of.constant('slopes', [1, heads, 1, 1], slopes), distance]);
  }
  const result = attention(of.graph, 'attended', heads, ...inputs, added);

  const addedTo = (head: number, i: number, j: number): number => -slopes[head]! * Math.abs(i - j);
  const expected = byRow(tokens * width, (from, to) => {
    const row = (all: Float32Array) => Float64Array.from(all.subarray(from, to));
    const projections = { query: row(query), key: row(key), value: row(value) };
    return attend(projections, tokens, heads, bias === 'alibi' ? addedTo : undefined);
  });
  return of.finish(result, shape, expected);
}

/**
 * Pairs (c, c + 32) of every head turned by p * 10000^(-2c/64), `[2, 300, 128]`. The tables are rounded from exact
 * cosines and sines: the probe is about the operator, and a bundle brings its own tables.
 */
export function rotaryProbe(arithmetic: Arithmetic): KnownProbe {
  const tokens = 300;
  const width = 2 * HEAD_SIZE;
  const half = HEAD_SIZE / 2;
  const of = new ProbeGraph(`rotary embedding over ${tokens} tokens`, arithmetic);
  const inverse = rotaryInverseFrequencies(HEAD_SIZE);
  const table = (of: (angle: number) => number) =>
    Float32Array.from({ length: tokens * half }, (_, i) => of(Math.floor(i / half) * inverse[i % half]!));
  const values = of.held(normalValues(4000, ROWS * tokens * width));

  const shape = [ROWS, tokens, width];
  const x = of.input('x', shape, values);
  const first = of.graph.constant('first_position', [1], BigInt64Array.of(0n));
  const cosine = of.constant('cosine', [tokens, half], of.held(table(Math.cos)));
  const sine = of.constant('sine', [tokens, half], of.held(table(Math.sin)));
  const result = of.graph.node('RotaryEmbedding', 'rotated', [x, first, cosine, sine], {}, 'com.microsoft');

  const expected = byRow(tokens * width, (from, to) => {
    const row = Float64Array.from(values.subarray(from, to));
    rotate(row, tokens, inverse);
    return row;
  });
  return of.finish(result, shape, expected);
}

/** @param compute `[size]` of the row whose values are `[from, to)` of all */
function byRow(size: number, compute: (from: number, to: number) => Float64Array): Float64Array {
  const all = new Float64Array(ROWS * size);
  for (let row = 0; row < ROWS; row += 1) all.set(compute(row * size, (row + 1) * size), row * size);
  return all;
}
