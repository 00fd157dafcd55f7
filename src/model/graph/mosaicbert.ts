/**
 * MosaicBERT (DNABERT-2, DNABERT-S) as an ONNX graph. Inputs: `token_ids` int32 [B, T], `pooling` float32 [1, 1, T],
 * `distance` float32 [1, 1, T, T] holding -|i - j|. Output: `embedding` float32 [B, 1, D]. Post-LN blocks, ALiBi added
 * to the scores, gated feed-forward GELU(x G) * (x V), no position embeddings.
 */

import { alibiSlopes } from '../alibi.ts';
import type { MosaicBertArchitecture, MosaicBertName, Weights } from '../architecture.ts';
import { attention, layerNorm, linear, pool } from './layers.ts';
import { OnnxGraph, type Value } from './onnx.ts';
import type { ShardWriter } from './shards.ts';
import { type Rounding, WeightSink } from './weight-sink.ts';

/**
 * @param rounding is counted up for weights in float16; undefined for float32
 * @returns the model file's graph; the weights are in the shards
 */
export async function buildMosaicBertGraph(
  weights: Weights<MosaicBertArchitecture>,
  shards: ShardWriter,
  rounding: Rounding | undefined,
): Promise<OnnxGraph> {
  const { layers, width, heads, feedForward, vocabulary, layerNormEpsilon } = weights.architecture;
  const graph = new OnnxGraph('mosaicbert');
  const sink = new WeightSink(graph, shards, rounding);
  const vector = async (name: MosaicBertName) => sink.tensor(name, [width], await weights.read(name));
  const matrix = async (name: MosaicBertName, outputs: number, inputs: number) =>
    sink.linearWeight(name, outputs, inputs, await weights.read(name));
  const norm = async (name: 'embedding_norm' | `layer.${number}.${'attention_norm' | 'feed_forward_norm'}`, x: Value) =>
    layerNorm(graph, name, x, await vector(`${name}.weight`), await vector(`${name}.bias`), layerNormEpsilon);

  const tokenIds = graph.input('token_ids', 'int32', ['rows', 'tokens']);
  const pooling = graph.input('pooling', 'float32', [1, 1, 'tokens']);
  const distance = graph.input('distance', 'float32', [1, 1, 'tokens', 'tokens']);
  const slopes = graph.constant('alibi_slopes', [1, heads, 1, 1], Float32Array.from(alibiSlopes(heads)));
  const bias = graph.node('Mul', 'alibi_bias', [slopes, distance]);

  const table = sink.table('embedding', [vocabulary, width], await weights.read('embedding'));
  const gathered = graph.node('Gather', 'embedded', [table, tokenIds], { axis: { integer: 0 } });
  let hidden = await norm('embedding_norm', graph.node('Add', 'typed', [gathered, await vector('token_type')]));

  for (let layer = 0; layer < layers; layer += 1) {
    const at = `layer.${layer}` as const;
    const project = async (
      name: 'query' | 'key' | 'value' | 'attention_output' | 'feed_forward_out',
      x: Value,
      inputs: number,
    ) => {
      const weight = await matrix(`${at}.${name}.weight`, width, inputs);
      return linear(graph, `${at}.${name}`, x, weight, await vector(`${at}.${name}.bias`));
    };
    const gated = async (name: 'feed_forward_gate' | 'feed_forward_value', x: Value) =>
      linear(graph, `${at}.${name}`, x, await matrix(`${at}.${name}.weight`, feedForward, width), undefined);

    const query = await project('query', hidden, width);
    const key = await project('key', hidden, width);
    const values = await project('value', hidden, width);
    const attended = attention(graph, `${at}.attention`, heads, query, key, values, bias);
    const mixed = await project('attention_output', attended, width);
    hidden = await norm(`${at}.attention_norm`, graph.node('Add', `${at}.attention_residual`, [mixed, hidden]));

    const gate = graph.node('Gelu', `${at}.gelu`, [await gated('feed_forward_gate', hidden)]);
    const inner = graph.node('Mul', `${at}.gated`, [gate, await gated('feed_forward_value', hidden)]);
    const outer = await project('feed_forward_out', inner, feedForward);
    hidden = await norm(`${at}.feed_forward_norm`, graph.node('Add', `${at}.feed_forward_residual`, [outer, hidden]));
  }

  graph.output(pool(graph, 'embedding_mean', pooling, hidden), 'float32', ['rows', 1, width]);
  return graph;
}
