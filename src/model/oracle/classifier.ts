/** The classifier's forward pass in float64, BatchNorm left as it is stored. */

import type { ClassifierArchitecture, Weights } from '../architecture.ts';
import { apply, linear, softmax } from './linear.ts';
import { readAffine } from './sequences.ts';

/**
 * Scores of several inputs: P(others), P(virus) of each, in their order.
 *
 * @param inputs each the nucleotide vector followed by the protein vector, `[input]`
 */
export async function classifierScores(
  weights: Weights<ClassifierArchitecture>,
  inputs: readonly ArrayLike<number>[],
): Promise<Float64Array[]> {
  const { input, batchNormEpsilon } = weights.architecture;
  const hidden = await readAffine(weights, 'hidden');
  const norm = await readAffine(weights, 'batch_norm');
  const mean = await weights.read('batch_norm.mean');
  const variance = await weights.read('batch_norm.variance');
  const output = await readAffine(weights, 'output');
  return inputs.map((vector) => {
    if (vector.length !== input) throw new Error(`the classifier takes ${input} numbers, not ${vector.length}`);
    const x = linear(Float64Array.from(vector), 1, hidden.weight, hidden.bias);
    for (let i = 0; i < x.length; i++) {
      const standard = (x[i]! - mean[i]!) / Math.sqrt(variance[i]! + batchNormEpsilon);
      x[i] = standard * norm.weight[i]! + norm.bias[i]!;
    }
    apply(x, (value) => Math.max(0, value));
    const scores = linear(x, 1, output.weight, output.bias);
    softmax(scores);
    return scores;
  });
}
