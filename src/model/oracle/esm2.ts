/**
 * ESM-2 forward pass in float64: slow, plain, and independent of the graphs that it judges.
 *
 * Weights are read layer by layer and every sequence passes a layer before the next is read: at no time is more than
 * one layer in memory. Sequences do not influence each other; there is no padding.
 */

import type { Esm2Architecture, Weights } from '../architecture.ts';
import { attend, rotate } from './attention.ts';
import { gelu } from './erf.ts';
import { type Affine, add, apply, layerNorm, linear, meanOfRows } from './linear.ts';
import { type Encoded, lookUp, readAffine, type TokenIds } from './sequences.ts';

/** 1 - 0.15 * 0.8: the share of tokens left unmasked in training, which the model expects at inference too. */
const TOKEN_DROPOUT_SCALE = 0.88;
/** The mean takes at most this many residues; all of them go through the network. */
const MAX_MEAN_RESIDUES = 1024;

interface Layer {
  readonly inverseFrequencies: Float32Array;
  readonly attentionNorm: Affine;
  readonly query: Affine;
  readonly key: Affine;
  readonly value: Affine;
  readonly attentionOutput: Affine;
  readonly feedForwardNorm: Affine;
  readonly feedForwardIn: Affine;
  readonly feedForwardOut: Affine;
}

/** All hidden states after the final LayerNorm, and their mean over the residues (`<cls>` and `<eos>` left out). */
export async function esm2Forward(weights: Weights<Esm2Architecture>, ids: TokenIds): Promise<Encoded> {
  const [hidden] = await hiddenStates(weights, [ids]);
  return { hidden: hidden!, mean: meanOverResidues(hidden!, weights.architecture.width) };
}

/** Mean embeddings of several sequences, `[width]` each, in their order; each layer is read once. */
export async function esm2Embed(
  weights: Weights<Esm2Architecture>,
  sequences: readonly TokenIds[],
): Promise<Float64Array[]> {
  const hidden = await hiddenStates(weights, sequences);
  return hidden.map((states) => meanOverResidues(states, weights.architecture.width));
}

function meanOverResidues(hidden: Float64Array, width: number): Float64Array {
  const residues = hidden.length / width - 2;
  return meanOfRows(hidden, width, 1, 1 + Math.min(residues, MAX_MEAN_RESIDUES));
}

async function hiddenStates(
  weights: Weights<Esm2Architecture>,
  sequences: readonly TokenIds[],
): Promise<Float64Array[]> {
  const { layers, width, layerNormEpsilon } = weights.architecture;
  const table = await weights.read('embedding');
  const states = sequences.map((ids) => lookUp(table, width, ids, TOKEN_DROPOUT_SCALE));
  for (let i = 0; i < layers; i++) {
    const layer = await readLayer(weights, i);
    for (const x of states) applyLayer(x, layer, weights.architecture);
  }
  const norm = await readAffine(weights, 'final_norm');
  return states.map((x) => layerNorm(x, norm, layerNormEpsilon));
}

async function readLayer(weights: Weights<Esm2Architecture>, i: number): Promise<Layer> {
  return {
    inverseFrequencies: await weights.read(`layer.${i}.inv_freq`),
    attentionNorm: await readAffine(weights, `layer.${i}.attention_norm`),
    query: await readAffine(weights, `layer.${i}.query`),
    key: await readAffine(weights, `layer.${i}.key`),
    value: await readAffine(weights, `layer.${i}.value`),
    attentionOutput: await readAffine(weights, `layer.${i}.attention_output`),
    feedForwardNorm: await readAffine(weights, `layer.${i}.feed_forward_norm`),
    feedForwardIn: await readAffine(weights, `layer.${i}.feed_forward_in`),
    feedForwardOut: await readAffine(weights, `layer.${i}.feed_forward_out`),
  };
}

/** One pre-LN block, in place on `[tokens, width]`. */
function applyLayer(x: Float64Array, layer: Layer, { width, heads, layerNormEpsilon }: Esm2Architecture): void {
  const tokens = x.length / width;
  const through = (input: Float64Array, { weight, bias }: Affine) => linear(input, tokens, weight, bias);

  const before = layerNorm(x, layer.attentionNorm, layerNormEpsilon);
  const query = through(before, layer.query);
  const key = through(before, layer.key);
  const value = through(before, layer.value);
  rotate(query, tokens, layer.inverseFrequencies);
  rotate(key, tokens, layer.inverseFrequencies);
  add(x, through(attend({ query, key, value }, tokens, heads), layer.attentionOutput));

  const inner = through(layerNorm(x, layer.feedForwardNorm, layerNormEpsilon), layer.feedForwardIn);
  apply(inner, gelu);
  add(x, through(inner, layer.feedForwardOut));
}
