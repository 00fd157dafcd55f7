/**
 * ESM-2 checkpoints as published on the Hugging Face hub: names with or without the `esm.` prefix.
 *
 * Not used, and allowed to be there: language model head, contact head, pooler, position ids and position embeddings.
 */

import { UserError } from '../../system/errors.ts';
import type { Esm2Architecture, Esm2Name, Weights } from '../architecture.ts';
import { rotaryInverseFrequencies } from '../rotary.ts';
import type { ModelConfig } from './config.ts';
import { refuseOtherKind } from './kind.ts';
import { configBeside, openTensors } from './locate.ts';
import { TensorTable } from './tensor-table.ts';

const IGNORED = /^(lm_head|contact_head|pooler)\.|^embeddings\.(position_ids|position_embeddings\.weight)$/;
/** The alphabet of ESM-2, which token ids rely on. */
const VOCABULARY = 33;

/** Opens an ESM-2 checkpoint: a .safetensors file with its config.json beside it, or the folder of both. */
export async function openEsm2(path: string): Promise<Weights<Esm2Architecture>> {
  return openTensors(path, async (source) => {
    refuseOtherKind(source, 'esm2');
    const config = await configBeside(source);
    const architecture = architectureOf(config);
    const table = new TensorTable<Esm2Name>(source, 'esm.');
    bindAll(table, architecture);
    return {
      architecture,
      files: [source.file, config.file],
      read: (name) => table.read(name),
      close: () => source.close(),
    };
  });
}

function architectureOf(config: ModelConfig): Esm2Architecture {
  config.expect('model_type', 'esm');
  config.expect('position_embedding_type', 'rotary');
  config.expect('rope_theta', 10_000, undefined);
  config.expect('token_dropout', true);
  config.expect('emb_layer_norm_before', false, null, undefined);
  config.expect('hidden_act', 'gelu', undefined);
  config.expect('is_folding_model', false, undefined);
  config.expect('vocab_size', VOCABULARY);
  const width = config.positiveInteger('hidden_size');
  const heads = config.heads(width);
  if ((width / heads) % 2 !== 0) {
    throw new UserError(
      `hidden_size ${width} over ${heads} heads gives an odd head size, which rotary embeddings cannot turn`,
      'Use a checkpoint of the published architecture.',
      { file: config.file },
    );
  }
  return {
    kind: 'esm2',
    layers: config.positiveInteger('num_hidden_layers'),
    width,
    heads,
    feedForward: config.positiveInteger('intermediate_size'),
    vocabulary: VOCABULARY,
    layerNormEpsilon: config.positiveNumber('layer_norm_eps'),
  };
}

function bindAll(table: TensorTable<Esm2Name>, { layers, width, heads, feedForward, vocabulary }: Esm2Architecture) {
  table.bind('embedding', 'embeddings.word_embeddings.weight', [vocabulary, width]);
  for (let i = 0; i < layers; i++) {
    const stored = `encoder.layer.${i}`;
    const norm = (name: 'attention_norm' | 'feed_forward_norm', at: string) => {
      table.bind(`layer.${i}.${name}.weight`, `${stored}.${at}.weight`, [width]);
      table.bind(`layer.${i}.${name}.bias`, `${stored}.${at}.bias`, [width]);
    };
    type Linear = 'query' | 'key' | 'value' | 'attention_output' | 'feed_forward_in' | 'feed_forward_out';
    const linear = (name: Linear, at: string, output: number, input: number) => {
      table.bind(`layer.${i}.${name}.weight`, `${stored}.${at}.weight`, [output, input]);
      table.bind(`layer.${i}.${name}.bias`, `${stored}.${at}.bias`, [output]);
    };
    norm('attention_norm', 'attention.LayerNorm');
    linear('query', 'attention.self.query', width, width);
    linear('key', 'attention.self.key', width, width);
    linear('value', 'attention.self.value', width, width);
    linear('attention_output', 'attention.output.dense', width, width);
    norm('feed_forward_norm', 'LayerNorm');
    linear('feed_forward_in', 'intermediate.dense', feedForward, width);
    linear('feed_forward_out', 'output.dense', width, feedForward);
    bindFrequencies(table, i, width / heads);
  }
  table.bind('final_norm.weight', 'encoder.emb_layer_norm_after.weight', [width]);
  table.bind('final_norm.bias', 'encoder.emb_layer_norm_after.bias', [width]);
  table.refuseLeftOver(IGNORED);
}

/** Stored frequencies win, rounded or not, because the reference code loads them; one may stand for every layer. */
function bindFrequencies(table: TensorTable<Esm2Name>, layer: number, headSize: number): void {
  const stored = [`${layer}`, '*']
    .map((which) => `encoder.layer.${which}.attention.self.rotary_embeddings.inv_freq`)
    .find((name) => table.has(name));
  if (stored === undefined) table.bindValues(`layer.${layer}.inv_freq`, rotaryInverseFrequencies(headSize));
  else table.bind(`layer.${layer}.inv_freq`, stored, [headSize / 2]);
}
