/**
 * How a card's memory is divided. Each of ONNX Runtime's sessions takes memory for itself, keeps it and gives it back when it
 * is closed, so a bound for all of them is one for each. Bytes throughout.
 */

import { readFileSync } from 'node:fs';
import { storedWeights } from '../../model/graph/stored-weights.ts';
import type { Arithmetic, ModelFiles } from '../backend.ts';
import type { CudaSetup } from '../native/protocol.ts';

/** The head has few weights and one row per pair. */
const CLASSIFIER_BYTES = 64 * 2 ** 20;
/** Probes come before the first batch, when the encoders' arenas hold little more than weights. */
const PROBE_BYTES = 512 * 2 ** 20;
/** What an arena rounds and splits away of its weights. */
const WEIGHTS_SLACK = 1.05;

/**
 * Each encoder gets its weights, and of the rest a part by its width: activations of a batch are as many numbers as its tokens
 * times the width.
 *
 * @param limit for all sessions together
 * @throws UserError where a graph cannot be read
 */
export function divideMemory(model: ModelFiles, arithmetic: Arithmetic, limit: number): CudaSetup['memory'] {
  const weights = (part: keyof ModelFiles) => WEIGHTS_SLACK * weightBytes(model[part].path, arithmetic);
  const classifier = CLASSIFIER_BYTES + weights('classifier');
  const [nucleotide, protein] = [weights('nucleotide'), weights('protein')];
  const rest = Math.max(0, limit - classifier - nucleotide - protein);
  const width = model.nucleotide.width + model.protein.width;
  return {
    nucleotide: nucleotide + (rest * model.nucleotide.width) / width,
    protein: protein + (rest * model.protein.width) / width,
    classifier,
    probe: Math.min(PROBE_BYTES, limit),
  };
}

/** On the card: with float32 arithmetic, weights that are stored as float16 are widened when a graph is loaded. */
function weightBytes(path: string, arithmetic: Arithmetic): number {
  const factor = arithmetic === 'fp32' ? 2 : 1;
  return storedWeights(readFileSync(path), path).reduce(
    (sum, { type, bytes }) => sum + bytes * (type === 'float16' ? factor : 1),
    0,
  );
}
