import { afterAll, expect, test } from 'bun:test';
import { fixture } from '../../../test/helpers/fixtures.ts';
import { ChangedCheckpoints, f32, loadSafetensors } from '../../../test/helpers/safetensors.ts';
import { openMosaicBert } from './mosaicbert.ts';

const PATH = fixture('dnaberts', 'hf_safetensors', 'model.safetensors');
const LAYER = 'bert.encoder.layer.2';
const copies = new ChangedCheckpoints();
afterAll(() => copies.remove());

test('reads the architecture', async () => {
  const weights = await openMosaicBert(PATH);
  expect(weights.architecture).toEqual({
    kind: 'mosaicbert',
    layers: 3,
    width: 48,
    heads: 6,
    feedForward: 96,
    vocabulary: 4096,
    layerNormEpsilon: 1e-12,
  });
  await weights.close();
});

test('cuts fused tensors into their rows; names without prefix, pooler and head do as well', async () => {
  const stored = loadSafetensors(PATH);
  const floats = (name: string) => new Float32Array(stored.get(name)!.data.buffer);
  const qkv = floats(`${LAYER}.attention.self.Wqkv.weight`);
  const qkvBias = floats(`${LAYER}.attention.self.Wqkv.bias`);
  const gated = floats(`${LAYER}.mlp.gated_layers.weight`);
  const plain = copies.withTensors(PATH, (tensors) => {
    const kept = [...tensors].filter(([name]) => name.startsWith('bert.') && !name.includes('pooler'));
    tensors.clear();
    for (const [name, tensor] of kept) tensors.set(name.slice('bert.'.length), tensor);
  });
  for (const path of [PATH, plain]) {
    const weights = await openMosaicBert(path);
    for (const [name, values] of [
      ['layer.2.query.weight', qkv.subarray(0, 48 * 48)],
      ['layer.2.key.weight', qkv.subarray(48 * 48, 2 * 48 * 48)],
      ['layer.2.value.weight', qkv.subarray(2 * 48 * 48)],
      ['layer.2.key.bias', qkvBias.subarray(48, 96)],
      ['layer.2.value.bias', qkvBias.subarray(96)],
      ['layer.2.feed_forward_gate.weight', gated.subarray(0, 96 * 48)],
      ['layer.2.feed_forward_value.weight', gated.subarray(96 * 48)],
      ['layer.2.attention_norm.weight', floats(`${LAYER}.attention.output.LayerNorm.weight`)],
      ['layer.2.feed_forward_norm.bias', floats(`${LAYER}.mlp.layernorm.bias`)],
      ['token_type', floats('bert.embeddings.token_type_embeddings.weight').subarray(0, 48)],
    ] as const) {
      expect([...(await weights.read(name))]).toEqual([...values]);
    }
    await weights.close();
  }
});

test('names what is missing, left over or of a wrong shape', async () => {
  const open = (change: Parameters<ChangedCheckpoints['withTensors']>[1]) =>
    openMosaicBert(copies.withTensors(PATH, change));
  await expect(open((tensors) => tensors.delete(`${LAYER}.mlp.wo.bias`))).rejects.toThrow(
    '"encoder.layer.2.mlp.wo.bias" is missing',
  );
  // A learned position table would change the numbers, so it is no tensor to pass over.
  const positions = 'bert.embeddings.position_embeddings.weight';
  await expect(open((tensors) => tensors.set(positions, f32([1, 48], new Float32Array(48))))).rejects.toThrow(
    `"${positions}" has no place`,
  );
  const gated = `${LAYER}.mlp.gated_layers.weight`;
  await expect(open((tensors) => tensors.set(gated, f32([96, 48], new Float32Array(96 * 48))))).rejects.toThrow(
    `"${gated}" has shape [96,48], expected [192,48]`,
  );
});

test('refuses another activation or model type', async () => {
  await expect(openMosaicBert(copies.withConfig(PATH, { hidden_act: 'gelu_new' }))).rejects.toThrow('hidden_act');
  await expect(openMosaicBert(copies.withConfig(PATH, { model_type: 'esm' }))).rejects.toThrow('model_type');
});

test('an ESM-2 checkpoint is called by its name', async () => {
  await expect(openMosaicBert(fixture('esm2', 'hf_safetensors'))).rejects.toThrow('looks like an ESM-2');
});
