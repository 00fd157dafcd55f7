/**
 * MosaicBERT checkpoints (DNABERT-2, DNABERT-S) as published: names with or without the `bert.` prefix.
 *
 * Fused projections are cut here, so that nothing after this file knows of them. Not used, and allowed to be there:
 * pooler, masked language model head and position ids.
 */

import type { MosaicBertArchitecture, MosaicBertName, Weights } from '../architecture.ts';
import type { ModelConfig } from './config.ts';
import { refuseOtherKind } from './kind.ts';
import { configBeside, openTensors } from './locate.ts';
import { TensorTable } from './tensor-table.ts';

const IGNORED = /^(cls|pooler)\.|^embeddings\.(position_ids|token_type_ids)$/;

/** Opens a MosaicBERT checkpoint: a .safetensors file with its config.json beside it, or the folder of both. */
export async function openMosaicBert(path: string): Promise<Weights<MosaicBertArchitecture>> {
  return openTensors(path, async (source) => {
    refuseOtherKind(source, 'mosaicbert');
    const config = await configBeside(source);
    const architecture = architectureOf(config);
    const table = new TensorTable<MosaicBertName>(source, 'bert.');
    bindAll(table, architecture, config.positiveInteger('type_vocab_size'));
    return {
      architecture,
      files: [source.file, config.file],
      read: (name) => table.read(name),
      close: () => source.close(),
    };
  });
}

function architectureOf(config: ModelConfig): MosaicBertArchitecture {
  config.expect('model_type', 'bert');
  config.expect('hidden_act', 'gelu');
  const width = config.positiveInteger('hidden_size');
  return {
    kind: 'mosaicbert',
    layers: config.positiveInteger('num_hidden_layers'),
    width,
    heads: config.heads(width),
    feedForward: config.positiveInteger('intermediate_size'),
    vocabulary: config.positiveInteger('vocab_size'),
    layerNormEpsilon: config.positiveNumber('layer_norm_eps'),
  };
}

function bindAll(table: TensorTable<MosaicBertName>, architecture: MosaicBertArchitecture, tokenTypes: number): void {
  const { layers, width, feedForward, vocabulary } = architecture;
  table.bind('embedding', 'embeddings.word_embeddings.weight', [vocabulary, width]);
  // Every token has type 0.
  table.bindPart('token_type', 'embeddings.token_type_embeddings.weight', [tokenTypes, width], 0, width);
  table.bind('embedding_norm.weight', 'embeddings.LayerNorm.weight', [width]);
  table.bind('embedding_norm.bias', 'embeddings.LayerNorm.bias', [width]);
  for (let i = 0; i < layers; i++) {
    const stored = `encoder.layer.${i}`;
    const norm = (name: 'attention_norm' | 'feed_forward_norm', at: string) => {
      table.bind(`layer.${i}.${name}.weight`, `${stored}.${at}.weight`, [width]);
      table.bind(`layer.${i}.${name}.bias`, `${stored}.${at}.bias`, [width]);
    };
    const linear = (name: 'attention_output' | 'feed_forward_out', at: string, input: number) => {
      table.bind(`layer.${i}.${name}.weight`, `${stored}.${at}.weight`, [width, input]);
      table.bind(`layer.${i}.${name}.bias`, `${stored}.${at}.bias`, [width]);
    };
    bindQueryKeyValue(table, i, `${stored}.attention.self.Wqkv`, width);
    linear('attention_output', 'attention.output.dense', width);
    norm('attention_norm', 'attention.output.LayerNorm');
    bindGated(table, i, `${stored}.mlp.gated_layers.weight`, width, feedForward);
    linear('feed_forward_out', 'mlp.wo', feedForward);
    norm('feed_forward_norm', 'mlp.layernorm');
  }
  table.refuseLeftOver(IGNORED);
}

/** Rows of the fused projection: all of query, then all of key, then all of value. */
function bindQueryKeyValue(table: TensorTable<MosaicBertName>, layer: number, stored: string, width: number): void {
  const square = width * width;
  for (const [k, part] of (['query', 'key', 'value'] as const).entries()) {
    const weights = [k * square, (k + 1) * square] as const;
    table.bindPart(`layer.${layer}.${part}.weight`, `${stored}.weight`, [3 * width, width], ...weights);
    table.bindPart(`layer.${layer}.${part}.bias`, `${stored}.bias`, [3 * width], k * width, (k + 1) * width);
  }
}

/** The first half of the rows goes through GELU, the second half is multiplied with it. */
function bindGated(
  table: TensorTable<MosaicBertName>,
  layer: number,
  stored: string,
  width: number,
  feedForward: number,
): void {
  const half = feedForward * width;
  const shape = [2 * feedForward, width];
  table.bindPart(`layer.${layer}.feed_forward_gate.weight`, stored, shape, 0, half);
  table.bindPart(`layer.${layer}.feed_forward_value.weight`, stored, shape, half, 2 * half);
}
