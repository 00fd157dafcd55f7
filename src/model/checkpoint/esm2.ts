/**
 * ESM-2 checkpoints as published: on the Hugging Face hub (names with or without the `esm.` prefix) or by fair-esm.
 *
 * Not used, and allowed to be there: language model head, contact head, pooler, position ids and position embeddings.
 */

import type { Esm2Architecture, Esm2Name, Weights } from '../architecture.ts';
import { rotaryInverseFrequencies } from '../rotary.ts';
import { esm2Architecture } from './esm2-architecture.ts';
import { hubName } from './esm2-names.ts';
import { refuseOtherKind } from './kind.ts';
import { configBeside, openTensors } from './locate.ts';
import { TensorTable } from './tensor-table.ts';

const IGNORED = /^(lm_head|contact_head|pooler)\.|^embeddings\.(position_ids|position_embeddings\.weight)$/;

/**
 * Opens an ESM-2 checkpoint: a file or its folder.
 *
 * @param heads attention heads, for a checkpoint that does not say how many it has
 */
export async function openEsm2(path: string, heads?: number): Promise<Weights<Esm2Architecture>> {
  return openTensors(path, async (source) => {
    refuseOtherKind(source, 'esm2');
    // What fair-esm stores within its file goes before a config.json that happens to lie beside it.
    const isFair = source.scalar?.(['cfg', 'model', 'encoder_layers']) !== undefined;
    const config = isFair ? undefined : await configBeside(source);
    const table = new TensorTable<Esm2Name>(source, hubName);
    const architecture = esm2Architecture(source, table, config, heads);
    bindAll(table, architecture);
    return {
      architecture,
      files: config === undefined ? source.files : [...source.files, config.file],
      read: (name) => table.read(name),
      close: () => source.close(),
    };
  });
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
