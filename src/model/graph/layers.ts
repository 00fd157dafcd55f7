/**
 * The few building blocks both encoders share, as ONNX nodes. Shapes: B rows, T tokens of every row, D width.
 * A PyTorch Linear weight `[out, in]` is stored transposed, `[in, out]`, because MatMul has no transposed form.
 */

import type { OnnxGraph, Value } from './onnx.ts';
import type { ShardWriter } from './shards.ts';

/** Adds weights to a graph: their bytes go to a shard, their name to the graph. */
export class WeightSink {
  constructor(
    readonly graph: OnnxGraph,
    readonly shards: ShardWriter,
  ) {}

  tensor(name: string, shape: readonly number[], data: Float32Array): Value {
    const expected = shape.reduce((product, dimension) => product * dimension, 1);
    if (data.length !== expected) throw new Error(`${name}: ${data.length} values for shape [${shape.join(', ')}]`);
    return this.graph.external(name, 'float32', shape, this.shards.append(data));
  }

  /** A Linear weight `[out, in]`, stored as `[in, out]`. */
  linearWeight(name: string, outputs: number, inputs: number, data: Float32Array): Value {
    return this.tensor(name, [inputs, outputs], transpose(data, outputs, inputs));
  }
}

/** `[rows, columns]` to `[columns, rows]`, in tiles so that both sides stay in the cache. */
export function transpose(data: Float32Array, rows: number, columns: number): Float32Array {
  const TILE = 32;
  const out = new Float32Array(data.length);
  for (let row = 0; row < rows; row += TILE) {
    const rowEnd = Math.min(rows, row + TILE);
    for (let column = 0; column < columns; column += TILE) {
      const columnEnd = Math.min(columns, column + TILE);
      for (let i = row; i < rowEnd; i += 1) {
        for (let j = column; j < columnEnd; j += 1) out[j * rows + i] = data[i * columns + j]!;
      }
    }
  }
  return out;
}

/** x W + b. */
export function linear(graph: OnnxGraph, name: string, x: Value, weight: Value, bias: Value | undefined): Value {
  const product = graph.node('MatMul', `${name}.matmul`, [x, weight]);
  return bias === undefined ? product : graph.node('Add', `${name}.add`, [product, bias]);
}

export function layerNorm(
  graph: OnnxGraph,
  name: string,
  x: Value,
  weight: Value,
  bias: Value,
  epsilon: number,
): Value {
  return graph.node('LayerNormalization', name, [x, weight, bias], {
    axis: { integer: 2 },
    epsilon: { float: epsilon },
  });
}

/**
 * Softmax(Q K^T / sqrt(head size) + bias) V over all heads.
 * @param bias `[1, H, T, T]` or nothing; masks are not used: every row of a batch has the same token count
 */
export function attention(
  graph: OnnxGraph,
  name: string,
  heads: number,
  query: Value,
  key: Value,
  values: Value,
  bias: Value | undefined,
): Value {
  const inputs = bias === undefined ? [query, key, values] : [query, key, values, undefined, undefined, bias];
  return graph.node('MultiHeadAttention', name, inputs, { num_heads: { integer: heads } }, 'com.microsoft');
}

/**
 * Mean over chosen tokens, `[1, 1, T] x [B, T, D] -> [B, 1, D]`. As a MatMul and not as ReduceMean: ORT's CPU
 * reduction changes its bits with thread count and batch size, its MatMul does not.
 */
export function pool(graph: OnnxGraph, name: string, pooling: Value, hidden: Value): Value {
  return graph.node('MatMul', name, [pooling, hidden]);
}
