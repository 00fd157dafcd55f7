/**
 * What a MosaicBERT checkpoint is made of: from config.json, or from the tensors, which say everything but the number of
 * attention heads.
 */

import { UserError } from '../../system/errors.ts';
import type { MosaicBertArchitecture, MosaicBertName } from '../architecture.ts';
import type { ModelConfig } from './config.ts';
import { headCount } from './head-count.ts';
import type { TensorSource } from './source.ts';
import type { TensorTable } from './tensor-table.ts';

/** Of DNABERT-2 and DNABERT-S. */
const EPSILON = 1e-12;
const PUBLISHED = 'Use a checkpoint of the published architecture.';

/** @param heads as a person gave them, for files that do not say */
export function mosaicBertArchitecture(
  source: TensorSource,
  table: TensorTable<MosaicBertName>,
  config: ModelConfig | undefined,
  heads: number | undefined,
): MosaicBertArchitecture {
  const { file } = config ?? source;
  const { heads: told, ...sizes } = config === undefined ? sizesOfTensors(source, table) : sizesOfConfig(config);
  const count = headCount(told, heads, {
    ...{ file, flag: '--nucleotide-heads' },
    unknown: 'has no config.json beside it and says nowhere how many attention heads it has',
    remedy: 'Put the published config.json beside it, or give --nucleotide-heads N (12 for DNABERT-S and DNABERT-2).',
  });
  if (sizes.width % count !== 0) {
    throw new UserError(`a width of ${sizes.width} cannot be shared by ${count} heads`, PUBLISHED, { file });
  }
  return { kind: 'mosaicbert', ...sizes, heads: count };
}

type Sizes = Omit<MosaicBertArchitecture, 'kind' | 'heads'> & { readonly heads: number | undefined };

function sizesOfConfig(config: ModelConfig): Sizes {
  config.expect('model_type', 'bert');
  config.expect('hidden_act', 'gelu');
  const width = config.positiveInteger('hidden_size');
  return {
    layers: config.positiveInteger('num_hidden_layers'),
    width,
    heads: config.heads(width),
    feedForward: config.positiveInteger('intermediate_size'),
    vocabulary: config.positiveInteger('vocab_size'),
    layerNormEpsilon: config.positiveNumber('layer_norm_eps'),
  };
}

function sizesOfTensors(source: TensorSource, table: TensorTable<MosaicBertName>): Sizes {
  const refuse = (sentence: string): never => {
    throw new UserError(sentence, PUBLISHED, { file: source.file });
  };
  const [vocabulary = 0, width = 0] = table.shape('embeddings.word_embeddings.weight', 2);
  const layers = table.layers('encoder.layer.');
  const [gated = 0] = table.shape('encoder.layer.0.mlp.gated_layers.weight', 2);
  if (vocabulary === 0 || width === 0 || layers === 0 || gated === 0) refuse('holds no layers of MosaicBERT');
  if (gated % 2 !== 0) refuse(`tensor "encoder.layer.0.mlp.gated_layers.weight" has ${gated} rows, no two halves`);
  return { layers, width, heads: undefined, feedForward: gated / 2, vocabulary, layerNormEpsilon: EPSILON };
}
