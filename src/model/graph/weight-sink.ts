/**
 * Where a graph's weights go: their bytes to a shard, their name to the graph. A bundle in fp16 stores its matrices and
 * embedding tables as float16, and the graph widens them before they are used: arithmetic is float32 in either case. What
 * is added or normalised with (biases, norms, rotary tables) stays float32: it is small, and rounding it costs most.
 */

import { UserError } from '../../system/errors.ts';
import { ELEMENT, type OnnxGraph, type Value } from './onnx.ts';
import type { ShardWriter } from './shards.ts';

export type Precision = 'fp32' | 'fp16';

/** What rounding to float16 did to the values of a bundle. */
export interface Rounding {
  /** Values stored as float16. */
  values: number;
  /** Values but 0 that became 0: smaller than 2^-25. */
  underflows: number;
  /** Values but 0 that became subnormal numbers, which hold fewer than 11 bits: smaller than 2^-14. */
  subnormals: number;
}

export function noRounding(): Rounding {
  return { values: 0, underflows: 0, subnormals: 0 };
}

/** Bits of float16 numbers without their sign: 2^-14, infinity. */
const SMALLEST_NORMAL = 0x0400;
const INFINITE = 0x7c00;
const WITHOUT_SIGN = 0x7fff;

export class WeightSink {
  /** Used again for every matrix: the system takes as long to hand out fresh memory as the turning takes. */
  #turned = new Float32Array(0);

  /** @param rounding is counted up; undefined where all is stored as float32 */
  constructor(
    readonly graph: OnnxGraph,
    readonly shards: ShardWriter,
    readonly rounding: Rounding | undefined,
  ) {}

  /** Stored as float32, row-major. */
  tensor(name: string, shape: readonly number[], data: Float32Array): Value {
    checkLength(name, shape, data);
    return this.graph.external(name, 'float32', shape, this.shards.append(data));
  }

  /**
   * A matrix or an embedding table, row-major: stored as float16 where the bundle is.
   *
   * @throws UserError where a value is too large for float16
   */
  table(name: string, shape: readonly number[], data: Float32Array): Value {
    if (this.rounding === undefined) return this.tensor(name, shape, data);
    checkLength(name, shape, data);
    const half = toHalf(name, data, this.rounding);
    const stored = this.graph.external(`${name}.float16`, 'float16', shape, this.shards.append(half));
    return this.graph.node('Cast', name, [stored], { to: { integer: ELEMENT.float32 } });
  }

  /** A Linear weight `[out, in]`, stored as `[in, out]`. */
  linearWeight(name: string, outputs: number, inputs: number, data: Float32Array): Value {
    if (this.#turned.length < data.length) this.#turned = new Float32Array(data.length);
    const turned = this.#turned.subarray(0, data.length);
    transpose(data, outputs, inputs, turned);
    return this.table(name, [inputs, outputs], turned);
  }
}

function checkLength(name: string, shape: readonly number[], data: Float32Array): void {
  const expected = shape.reduce((product, dimension) => product * dimension, 1);
  if (data.length !== expected) throw new Error(`${name}: ${data.length} values for shape [${shape.join(', ')}]`);
}

/** Rounds to nearest, ties to even. */
function toHalf(name: string, data: Float32Array, rounding: Rounding): Float16Array {
  const half = new Float16Array(data);
  // Its bits, because reading a Float16Array takes several times as long.
  const bits = new Uint16Array(half.buffer);
  let overflows = 0;
  for (let i = 0; i < data.length; i += 1) {
    const size = bits[i]! & WITHOUT_SIGN;
    if (size >= SMALLEST_NORMAL) {
      if (size === INFINITE) overflows += 1;
    } else if (data[i] !== 0) {
      if (size === 0) rounding.underflows += 1;
      else rounding.subnormals += 1;
    }
  }
  rounding.values += data.length;
  if (overflows > 0) {
    throw new UserError(
      `${overflows.toLocaleString('en-US')} values of ${name} are beyond 65504, the largest float16`,
      'Import with --precision fp32.',
    );
  }
  return half;
}

/**
 * `[rows, columns]` to `[columns, rows]`. As words, not as floats, in tiles whose rows of both sides stay in the nearest cache
 * also where strides are powers of two, and written in order: half the time of tiles of 32 by 32 read in order.
 */
export function transpose(data: Float32Array, rows: number, columns: number, turned: Float32Array): void {
  const TILE = 16;
  const from = new Uint32Array(data.buffer, data.byteOffset, data.length);
  const out = new Uint32Array(turned.buffer, turned.byteOffset, turned.length);
  for (let row = 0; row < rows; row += TILE) {
    const rowEnd = Math.min(rows, row + TILE);
    for (let column = 0; column < columns; column += TILE) {
      const columnEnd = Math.min(columns, column + TILE);
      for (let j = column; j < columnEnd; j += 1) {
        let at = row * columns + j;
        for (let to = j * rows + row; to < j * rows + rowEnd; to += 1) {
          out[to] = from[at]!;
          at += columns;
        }
      }
    }
  }
}
