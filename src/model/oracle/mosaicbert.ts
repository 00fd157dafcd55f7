/**
 * MosaicBERT (DNABERT-S) forward pass in float64: slow, plain, and independent of the graphs that it judges.
 *
 * Weights are read layer by layer and every sequence passes a layer before the next is read: at no time is more than
 * one layer in memory. Sequences do not influence each other; there is no padding.
 */

import { alibiSlopes } from '../alibi.ts';
import type { MosaicBertArchitecture, Weights } from '../architecture.ts';
import { attend } from './attention.ts';
import { gelu } from './erf.ts';
import { type Affine, add, layerNorm, linear, meanOfRows } from './linear.ts';
import { type Encoded, lookUp, readAffine, type TokenIds } from './sequences.ts';

interface Layer {
  readonly query: Affine;
  readonly key: Affine;
  readonly value: Affine;
  readonly attentionOutput: Affine;
  readonly attentionNorm: Affine;
  readonly gate: Float32Array;
  readonly gated: Float32Array;
  readonly feedForwardOut: Affine;
  readonly feedForwardNorm: Affine;
}

/** All hidden states of the last layer, and their mean over all tokens, `[CLS]` and `[SEP]` included. */
export async function mosaicBertForward(weights: Weights<MosaicBertArchitecture>, ids: TokenIds): Promise<Encoded> {
  const [hidden] = await hiddenStates(weights, [ids]);
  return { hidden: hidden!, mean: meanOfRows(hidden!, weights.architecture.width, 0, ids.length) };
}

/** Mean embeddings of several sequences, `[width]` each, in their order; each layer is read once. */
export async function mosaicBertEmbed(
  weights: Weights<MosaicBertArchitecture>,
  sequences: readonly TokenIds[],
): Promise<Float64Array[]> {
  const { width } = weights.architecture;
  const hidden = await hiddenStates(weights, sequences);
  return hidden.map((states) => meanOfRows(states, width, 0, states.length / width));
}

async function hiddenStates(
  weights: Weights<MosaicBertArchitecture>,
  sequences: readonly TokenIds[],
): Promise<Float64Array[]> {
  const { layers, width, heads, layerNormEpsilon } = weights.architecture;
  const table = await weights.read('embedding');
  const tokenType = await weights.read('token_type');
  const norm = await readAffine(weights, 'embedding_norm');
  const states = sequences.map((ids) => {
    const x = lookUp(table, width, ids);
    for (let i = 0; i < x.length; i++) x[i]! += tokenType[i % width]!;
    return layerNorm(x, norm, layerNormEpsilon);
  });
  const slopes = alibiSlopes(heads);
  for (let i = 0; i < layers; i++) {
    const layer = await readLayer(weights, i);
    for (let s = 0; s < states.length; s++) states[s] = applyLayer(states[s]!, layer, slopes, weights.architecture);
  }
  return states;
}

async function readLayer(weights: Weights<MosaicBertArchitecture>, i: number): Promise<Layer> {
  return {
    query: await readAffine(weights, `layer.${i}.query`),
    key: await readAffine(weights, `layer.${i}.key`),
    value: await readAffine(weights, `layer.${i}.value`),
    attentionOutput: await readAffine(weights, `layer.${i}.attention_output`),
    attentionNorm: await readAffine(weights, `layer.${i}.attention_norm`),
    gate: await weights.read(`layer.${i}.feed_forward_gate.weight`),
    gated: await weights.read(`layer.${i}.feed_forward_value.weight`),
    feedForwardOut: await readAffine(weights, `layer.${i}.feed_forward_out`),
    feedForwardNorm: await readAffine(weights, `layer.${i}.feed_forward_norm`),
  };
}

/** One post-LN block: `[tokens, width]` -> a new `[tokens, width]`. */
function applyLayer(
  x: Float64Array,
  layer: Layer,
  slopes: Float32Array,
  { width, heads, layerNormEpsilon }: MosaicBertArchitecture,
): Float64Array {
  const tokens = x.length / width;
  const through = (input: Float64Array, { weight, bias }: Affine) => linear(input, tokens, weight, bias);

  const query = through(x, layer.query);
  const key = through(x, layer.key);
  const value = through(x, layer.value);
  const bias = (head: number, i: number, j: number) => -slopes[head]! * Math.abs(i - j);
  const attended = through(attend({ query, key, value }, tokens, heads, bias), layer.attentionOutput);
  add(attended, x);
  const middle = layerNorm(attended, layer.attentionNorm, layerNormEpsilon);

  const inner = linear(middle, tokens, layer.gate);
  const gated = linear(middle, tokens, layer.gated);
  for (let i = 0; i < inner.length; i++) inner[i] = gelu(inner[i]!) * gated[i]!;
  const out = through(inner, layer.feedForwardOut);
  add(out, middle);
  return layerNorm(out, layer.feedForwardNorm, layerNormEpsilon);
}
