/**
 * What an ESM-2 checkpoint is made of: by its config.json (Hugging Face), else by its tensors and, for the number of heads,
 * by `cfg` within the file (fair-esm). Tensors of other sizes than found here are refused by name when they are bound.
 */

import { UserError } from '../../system/errors.ts';
import type { Esm2Architecture, Esm2Name } from '../architecture.ts';
import type { ModelConfig } from './config.ts';
import { headCount } from './head-count.ts';
import type { TensorSource } from './source.ts';
import type { TensorTable } from './tensor-table.ts';

/** The alphabet of ESM-2, which token ids rely on. */
const VOCABULARY = 33;
/** Of all published sizes. */
const EPSILON = 1e-5;
const PUBLISHED = 'Use a checkpoint of the published architecture.';

/** @param heads as a person gave them, for files that do not say */
export function esm2Architecture(
  source: TensorSource,
  table: TensorTable<Esm2Name>,
  config: ModelConfig | undefined,
  heads: number | undefined,
): Esm2Architecture {
  const { file } = config ?? source;
  const { heads: told, ...sizes } = config === undefined ? sizesOfTensors(source, table) : sizesOfConfig(config);
  const count = headCount(told, heads, {
    ...{ file, flag: '--protein-heads', unknown: 'says nowhere how many attention heads it has' },
    remedy: 'Give --protein-heads N: 20 for ESM-2 8M to 650M, 40 for 3B and 15B.',
  });
  if (sizes.width % count !== 0 || (sizes.width / count) % 2 !== 0) {
    throw new UserError(
      `a width of ${sizes.width} over ${count} heads gives an odd head size, which rotary embeddings cannot turn`,
      PUBLISHED,
      { file },
    );
  }
  return { kind: 'esm2', ...sizes, heads: count, vocabulary: VOCABULARY };
}

type Sizes = Pick<Esm2Architecture, 'layers' | 'width' | 'feedForward' | 'layerNormEpsilon'> & {
  readonly heads: number | undefined;
};

function sizesOfConfig(config: ModelConfig): Sizes {
  config.expect('model_type', 'esm');
  config.expect('position_embedding_type', 'rotary');
  config.expect('rope_theta', 10_000, undefined);
  config.expect('token_dropout', true);
  config.expect('emb_layer_norm_before', false, null, undefined);
  config.expect('hidden_act', 'gelu', undefined);
  config.expect('is_folding_model', false, undefined);
  config.expect('vocab_size', VOCABULARY);
  const width = config.positiveInteger('hidden_size');
  return {
    layers: config.positiveInteger('num_hidden_layers'),
    width,
    heads: config.heads(width),
    feedForward: config.positiveInteger('intermediate_size'),
    layerNormEpsilon: config.positiveNumber('layer_norm_eps'),
  };
}

function sizesOfTensors(source: TensorSource, table: TensorTable<Esm2Name>): Sizes {
  const [, width = 0] = table.shape('embeddings.word_embeddings.weight', 2);
  const layers = table.layers('encoder.layer.');
  const [feedForward = 0] = table.shape('encoder.layer.0.intermediate.dense.weight', 2);
  if (width === 0 || layers === 0 || feedForward === 0) {
    throw new UserError('holds no layers of ESM-2', PUBLISHED, { file: source.file });
  }
  checkFairSettings(source, { encoder_layers: layers, encoder_embed_dim: width, encoder_ffn_embed_dim: feedForward });
  return { layers, width, feedForward, heads: headsStored(source, table, width), layerNormEpsilon: EPSILON };
}

/** In fair-esm's settings, or by the size of the rotary frequencies. */
function headsStored(source: TensorSource, table: TensorTable<Esm2Name>, width: number): number | undefined {
  const fair = source.scalar?.(['cfg', 'model', 'encoder_attention_heads']);
  if (typeof fair === 'number' && Number.isSafeInteger(fair) && fair > 0) return fair;
  const names = ['0', '*'].map((layer) => `encoder.layer.${layer}.attention.self.rotary_embeddings.inv_freq`);
  const name = names.find((one) => table.has(one));
  if (name === undefined) return undefined;
  const [frequencies = 0] = table.shape(name, 1);
  const heads = width / (2 * frequencies);
  return Number.isSafeInteger(heads) ? heads : undefined;
}

/** What fair-esm stores beside the tensors, as far as it is there, must be what the tensors say and what is computed. */
function checkFairSettings(source: TensorSource, sizes: Readonly<Record<string, number>>): void {
  const computed = {
    token_dropout: true,
    emb_layer_norm_before: false,
    activation_fn: 'gelu',
    rotary_embeddings: true,
  };
  for (const [key, value] of Object.entries({ ...sizes, ...computed })) {
    const found = source.scalar?.(['cfg', 'model', key]) ?? value;
    if (found === value) continue;
    throw new UserError(`cfg says ${key} = ${JSON.stringify(found)}, it must be ${JSON.stringify(value)}`, PUBLISHED, {
      file: source.file,
    });
  }
}
