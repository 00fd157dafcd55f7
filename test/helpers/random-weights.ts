/** Seeded random weights of any architecture, for tests and benchmarks that need arithmetic and no meaning. */

import type {
  Architecture,
  CanonicalName,
  ClassifierArchitecture,
  Esm2Architecture,
  MosaicBertArchitecture,
  Weights,
} from '../../src/model/architecture.ts';
import { rotaryInverseFrequencies } from '../../src/model/rotary.ts';

const NUCLEOTIDE: MosaicBertArchitecture = {
  kind: 'mosaicbert',
  layers: 2,
  width: 48,
  heads: 6,
  feedForward: 96,
  vocabulary: 4096,
  layerNormEpsilon: 1e-12,
};
const PROTEIN: Esm2Architecture = {
  kind: 'esm2',
  layers: 2,
  width: 64,
  heads: 4,
  feedForward: 128,
  vocabulary: 33,
  layerNormEpsilon: 1e-5,
};
const CLASSIFIER: ClassifierArchitecture = { kind: 'classifier', input: 112, hidden: 32, batchNormEpsilon: 1e-5 };

export const tinyNucleotide = (): Weights<MosaicBertArchitecture> => randomWeights(NUCLEOTIDE, 'nucleotide');
export const tinyProtein = (): Weights<Esm2Architecture> => randomWeights(PROTEIN, 'protein');
export const tinyClassifier = (length: number): Weights<ClassifierArchitecture> =>
  randomWeights(CLASSIFIER, `classifier ${length}`);

/**
 * Weights of any size that depend on the seed and the tensor's name alone: norm gains near 1, variances positive,
 * Linear weights scaled by their inputs.
 */
export function randomWeights<A extends Architecture>(architecture: A, seed: string): Weights<A> {
  const read = async (name: CanonicalName<A>): Promise<Float32Array> => {
    if (architecture.kind === 'esm2' && name.endsWith('inv_freq')) {
      return rotaryInverseFrequencies(architecture.width / architecture.heads);
    }
    const [outputs, inputs] = shapeOf(architecture, name);
    const normal = normalNumbers(`${seed} ${name}`);
    const isGain = /norm\.weight$/.test(name);
    const isVariance = name.endsWith('variance');
    const scale = inputs === 1 ? 0.1 : 1 / Math.sqrt(name === 'embedding' ? 2 : inputs);
    return Float32Array.from({ length: outputs * inputs }, () => {
      const value = normal() * scale;
      return isVariance ? 1 + Math.abs(value) : isGain ? 1 + value : value;
    });
  };
  return { architecture, files: [], read, close: async () => undefined };
}

/** [outputs, inputs]; vectors have one input. */
function shapeOf(architecture: Architecture, name: string): [number, number] {
  if (architecture.kind === 'classifier') {
    if (name === 'hidden.weight') return [architecture.hidden, architecture.input];
    if (name === 'output.weight') return [2, architecture.hidden];
    return name === 'output.bias' ? [2, 1] : [architecture.hidden, 1];
  }
  const { width, feedForward, vocabulary } = architecture;
  if (name === 'embedding') return [vocabulary, width];
  if (name.endsWith('feed_forward_in.bias')) return [feedForward, 1];
  if (name.endsWith('bias') || name.includes('norm') || name === 'token_type') return [width, 1];
  if (/feed_forward_(in|gate|value)\.weight$/.test(name)) return [feedForward, width];
  if (name.endsWith('feed_forward_out.weight')) return [width, feedForward];
  return [width, width];
}

/** Standard normal numbers from a text seed: mulberry32 on a hash of the text, Box-Muller. */
function normalNumbers(seed: string): () => number {
  let state = Bun.hash.crc32(seed);
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}
