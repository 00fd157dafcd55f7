/**
 * The few building blocks both encoders share, as ONNX nodes. Shapes: B rows, T tokens of every row, D width.
 * A PyTorch Linear weight `[out, in]` is stored transposed, `[in, out]`, because MatMul has no transposed form.
 */

import type { OnnxGraph, Value } from './onnx.ts';

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
