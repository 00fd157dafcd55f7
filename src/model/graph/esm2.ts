/**
 * ESM-2 as an ONNX graph. Inputs: `token_ids` int32 [B, T], `pooling` float32 [1, 1, T]. Output: `embedding` float32
 * [B, 1, D]. Pre-LN blocks, rotary position over the whole head, exact GELU, final LayerNorm, pooled by MatMul.
 * Source of the layout: Lin et al. 2023 (fair-esm), as laid down in the method's description.
 */

import type { Esm2Architecture, Esm2Name, Weights } from '../architecture.ts';
import { attention, layerNorm, linear, pool } from './layers.ts';
import { OnnxGraph, type Value } from './onnx.ts';
import type { ShardWriter } from './shards.ts';
import { type Rounding, WeightSink } from './weight-sink.ts';

/** Rows of the rotary tables: the longest protein input in tokens, `<cls>` and `<eos>` included. */
export const ESM2_MAX_TOKENS = 4096;

/** "Token dropout" at inference without masked tokens: embeddings times 1 - 0.15 * 0.8. */
const TOKEN_DROPOUT_SCALE = 0.88;

/**
 * @param rounding is counted up for weights in float16; undefined for float32
 * @returns the model file's graph; the weights are in the shards
 */
export async function buildEsm2Graph(
  weights: Weights<Esm2Architecture>,
  shards: ShardWriter,
  rounding: Rounding | undefined,
): Promise<OnnxGraph> {
  const { layers, width, heads, feedForward, vocabulary, layerNormEpsilon } = weights.architecture;
  const graph = new OnnxGraph('esm2');
  const sink = new WeightSink(graph, shards, rounding);
  const vector = async (name: Esm2Name, size = width) => sink.tensor(name, [size], await weights.read(name));
  const matrix = async (name: Esm2Name, outputs: number, inputs: number) =>
    sink.linearWeight(name, outputs, inputs, await weights.read(name));

  const tokenIds = graph.input('token_ids', 'int32', ['rows', 'tokens']);
  const pooling = graph.input('pooling', 'float32', [1, 1, 'tokens']);
  const table = sink.table('embedding', [vocabulary, width], await weights.read('embedding'));
  const gathered = graph.node('Gather', 'embedded', [table, tokenIds], { axis: { integer: 0 } });
  const scale = graph.constant('token_dropout_scale', [1], Float32Array.of(TOKEN_DROPOUT_SCALE));
  let hidden = graph.node('Mul', 'scaled', [gathered, scale]);

  const firstPosition = graph.constant('first_position', [1], BigInt64Array.of(0n));
  const rotary = new RotaryTables(sink);

  for (let layer = 0; layer < layers; layer += 1) {
    const at = `layer.${layer}` as const;
    const norm = async (name: 'attention_norm' | 'feed_forward_norm', x: Value) =>
      layerNorm(
        graph,
        `${at}.${name}`,
        x,
        await vector(`${at}.${name}.weight`),
        await vector(`${at}.${name}.bias`),
        layerNormEpsilon,
      );
    const project = async (
      name: 'query' | 'key' | 'value' | 'attention_output' | 'feed_forward_in' | 'feed_forward_out',
      x: Value,
      outputs: number,
      inputs: number,
    ) =>
      linear(
        graph,
        `${at}.${name}`,
        x,
        await matrix(`${at}.${name}.weight`, outputs, inputs),
        await vector(`${at}.${name}.bias`, outputs),
      );

    const [cosine, sine] = rotary.of(await weights.read(`${at}.inv_freq`));
    const rotate = (name: string, x: Value) =>
      graph.node('RotaryEmbedding', name, [x, firstPosition, cosine, sine], {}, 'com.microsoft');

    const normed = await norm('attention_norm', hidden);
    const query = rotate(`${at}.query.rotated`, await project('query', normed, width, width));
    const key = rotate(`${at}.key.rotated`, await project('key', normed, width, width));
    const values = await project('value', normed, width, width);
    const attended = attention(graph, `${at}.attention`, heads, query, key, values, undefined);
    const mixed = await project('attention_output', attended, width, width);
    hidden = graph.node('Add', `${at}.attention_residual`, [mixed, hidden]);

    const inner = await project('feed_forward_in', await norm('feed_forward_norm', hidden), feedForward, width);
    const activated = graph.node('Gelu', `${at}.gelu`, [inner]);
    const outer = await project('feed_forward_out', activated, width, feedForward);
    hidden = graph.node('Add', `${at}.feed_forward_residual`, [outer, hidden]);
  }

  const finalWeight = await vector('final_norm.weight');
  const finalBias = await vector('final_norm.bias');
  const last = layerNorm(graph, 'final_norm', hidden, finalWeight, finalBias, layerNormEpsilon);
  graph.output(pool(graph, 'embedding_mean', pooling, last), 'float32', ['rows', 1, width]);
  return graph;
}

/** Cosine and sine tables `[ESM2_MAX_TOKENS, head size / 2]`, shared by all layers with the same frequencies. */
class RotaryTables {
  readonly #known = new Map<string, readonly [Value, Value]>();

  constructor(readonly sink: WeightSink) {}

  /** The angle is a float32 product, as in the reference; its cosine and sine are rounded once from float64. */
  of(inverseFrequencies: Float32Array): readonly [Value, Value] {
    const key = inverseFrequencies.join(' ');
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const half = inverseFrequencies.length;
    const cosine = new Float32Array(ESM2_MAX_TOKENS * half);
    const sine = new Float32Array(ESM2_MAX_TOKENS * half);
    for (let position = 0; position < ESM2_MAX_TOKENS; position += 1) {
      for (let i = 0; i < half; i += 1) {
        const angle = Math.fround(position * inverseFrequencies[i]!);
        cosine[position * half + i] = Math.cos(angle);
        sine[position * half + i] = Math.sin(angle);
      }
    }
    const suffix = this.#known.size === 0 ? '' : `.${this.#known.size + 1}`;
    const shape = [ESM2_MAX_TOKENS, half];
    const tables = [
      this.sink.tensor(`rotary_cosine${suffix}`, shape, cosine),
      this.sink.tensor(`rotary_sine${suffix}`, shape, sine),
    ] as const;
    this.#known.set(key, tables);
    return tables;
  }
}
