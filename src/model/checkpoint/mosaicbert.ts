/**
 * MosaicBERT checkpoints (DNABERT-2, DNABERT-S) as published: names with or without the `bert.` prefix.
 *
 * Fused projections are cut here, so that nothing after this file knows of them. Not used, and allowed to be there:
 * pooler, masked language model head and position ids.
 */

import type { MosaicBertArchitecture, MosaicBertName, Weights } from '../architecture.ts';
import { refuseOtherKind } from './kind.ts';
import { configBeside, openTensors } from './locate.ts';
import { mosaicBertArchitecture } from './mosaicbert-architecture.ts';
import { TensorTable } from './tensor-table.ts';

const IGNORED = /^(cls|pooler)\.|^embeddings\.(position_ids|token_type_ids)$/;

/**
 * Opens a MosaicBERT checkpoint: a file or its folder.
 *
 * @param heads attention heads, for a checkpoint that does not say how many it has
 */
export async function openMosaicBert(path: string, heads?: number): Promise<Weights<MosaicBertArchitecture>> {
  return openTensors(path, async (source) => {
    refuseOtherKind(source, 'mosaicbert');
    const config = await configBeside(source);
    const table = new TensorTable<MosaicBertName>(source, (stored) => stored.replace(/^bert\./, ''));
    const architecture = mosaicBertArchitecture(source, table, config, heads);
    bindAll(table, architecture);
    return {
      architecture,
      files: config === undefined ? source.files : [...source.files, config.file],
      read: (name) => table.read(name),
      close: () => source.close(),
    };
  });
}

function bindAll(table: TensorTable<MosaicBertName>, architecture: MosaicBertArchitecture): void {
  const { layers, width, feedForward, vocabulary } = architecture;
  // MosaicBERT's own code makes the table's rows a multiple of 8; those beyond the vocabulary are no token's.
  const [stored = 0] = table.shape('embeddings.word_embeddings.weight', 2);
  const rows = Math.max(stored, vocabulary);
  table.bindPart('embedding', 'embeddings.word_embeddings.weight', [rows, width], 0, vocabulary * width);
  const [tokenTypes = 0] = table.shape('embeddings.token_type_embeddings.weight', 2);
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
