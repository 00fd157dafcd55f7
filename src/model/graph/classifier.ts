/**
 * The classifier head as an ONNX graph. Inputs: `nucleotide` float32 [B, Dn] and `protein` float32 [B, Dp]; output:
 * `scores` float32 [B, 2], the softmax over [others, virus]. BatchNorm's running statistics are folded into the first
 * Linear, in float64 and rounded once: y = g * (W x + b - m) / sqrt(v + eps) + c.
 */

import type { ClassifierArchitecture, Weights } from '../architecture.ts';
import { linear } from './layers.ts';
import { OnnxGraph } from './onnx.ts';
import type { ShardWriter } from './shards.ts';
import { WeightSink } from './weight-sink.ts';

/**
 * Stored as float32 in bundles of either precision: a head is small.
 *
 * @param nucleotideWidth how many of the head's inputs are the nucleotide embedding; the rest is the protein's
 */
export async function buildClassifierGraph(
  weights: Weights<ClassifierArchitecture>,
  nucleotideWidth: number,
  shards: ShardWriter,
): Promise<OnnxGraph> {
  const { input, hidden } = weights.architecture;
  const graph = new OnnxGraph('classifier');
  const sink = new WeightSink(graph, shards, undefined);
  const folded = await foldBatchNorm(weights);

  const nucleotide = graph.input('nucleotide', 'float32', ['rows', nucleotideWidth]);
  const protein = graph.input('protein', 'float32', ['rows', input - nucleotideWidth]);
  const joined = graph.node('Concat', 'joined', [nucleotide, protein], { axis: { integer: 1 } });
  const hiddenWeight = sink.linearWeight('hidden.weight', hidden, input, folded.weight);
  const hiddenBias = sink.tensor('hidden.bias', [hidden], folded.bias);
  const activated = graph.node('Relu', 'activated', [linear(graph, 'hidden', joined, hiddenWeight, hiddenBias)]);
  const outputWeight = sink.linearWeight('output.weight', 2, hidden, await weights.read('output.weight'));
  const outputBias = sink.tensor('output.bias', [2], await weights.read('output.bias'));
  const logits = linear(graph, 'output', activated, outputWeight, outputBias);
  const scores = graph.node('Softmax', 'scores', [logits], { axis: { integer: 1 } });
  graph.output(scores, 'float32', ['rows', 2]);
  return graph;
}

/** @returns weight `[hidden, input]` and bias `[hidden]` of the Linear that does both */
async function foldBatchNorm(
  weights: Weights<ClassifierArchitecture>,
): Promise<{ weight: Float32Array; bias: Float32Array }> {
  const { input, hidden, batchNormEpsilon } = weights.architecture;
  const weight = Float64Array.from(await weights.read('hidden.weight'));
  const bias = Float64Array.from(await weights.read('hidden.bias'));
  const gain = await weights.read('batch_norm.weight');
  const offset = await weights.read('batch_norm.bias');
  const mean = await weights.read('batch_norm.mean');
  const variance = await weights.read('batch_norm.variance');
  for (let unit = 0; unit < hidden; unit += 1) {
    const factor = gain[unit]! / Math.sqrt(variance[unit]! + batchNormEpsilon);
    for (let i = 0; i < input; i += 1) weight[unit * input + i]! *= factor;
    bias[unit] = (bias[unit]! - mean[unit]!) * factor + offset[unit]!;
  }
  return { weight: Float32Array.from(weight), bias: Float32Array.from(bias) };
}
