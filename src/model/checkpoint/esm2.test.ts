import { afterAll, describe, expect, test } from 'bun:test';
import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fixture } from '../../../test/helpers/fixtures.ts';
import { ChangedCheckpoints, f32, loadSafetensors, type RawTensors } from '../../../test/helpers/safetensors.ts';
import { rotaryInverseFrequencies } from '../rotary.ts';
import { openEsm2 } from './esm2.ts';

const PATH = fixture('esm2', 'hf_safetensors', 'model.safetensors');
const LAYER = 'esm.encoder.layer.1';
const INV_FREQ = 'attention.self.rotary_embeddings.inv_freq';
const copies = new ChangedCheckpoints();
afterAll(() => copies.remove());

const rename = (tensors: RawTensors, to: (name: string) => string) => {
  const renamed = [...tensors].map(([name, tensor]) => [to(name), tensor] as const);
  tensors.clear();
  for (const [name, tensor] of renamed) tensors.set(name, tensor);
};
const opened = async (path: string) => {
  const weights = await openEsm2(path);
  await weights.close();
  return weights.architecture;
};

test('reads the architecture, from the folder and from the file', async () => {
  const expected = {
    kind: 'esm2',
    layers: 4,
    width: 64,
    heads: 4,
    feedForward: 256,
    vocabulary: 33,
    layerNormEpsilon: 1e-5,
  } as const;
  expect(await opened(fixture('esm2', 'hf_safetensors'))).toEqual(expected);
  expect(await opened(PATH)).toEqual(expected);
  const weights = await openEsm2(PATH);
  expect(weights.files).toEqual([PATH, fixture('esm2', 'hf_safetensors', 'config.json')]);
  await weights.close();
});

test('serves tensors under canonical names, without the prefix and in old spellings too', async () => {
  const plain = copies.withTensors(PATH, (tensors) =>
    rename(tensors, (name) =>
      name
        .replace(/^esm\./, '')
        .replace('LayerNorm.weight', 'LayerNorm.gamma')
        .replace('LayerNorm.bias', 'LayerNorm.beta'),
    ),
  );
  const stored = loadSafetensors(PATH);
  for (const path of [PATH, plain]) {
    const weights = await openEsm2(path);
    for (const [canonical, name] of [
      ['layer.1.attention_norm.weight', `${LAYER}.attention.LayerNorm.weight`],
      ['layer.1.feed_forward_norm.bias', `${LAYER}.LayerNorm.bias`],
      ['layer.1.feed_forward_in.weight', `${LAYER}.intermediate.dense.weight`],
      ['layer.1.feed_forward_out.bias', `${LAYER}.output.dense.bias`],
      ['layer.1.attention_output.weight', `${LAYER}.attention.output.dense.weight`],
    ] as const) {
      expect(new Uint8Array((await weights.read(canonical)).buffer)).toEqual(stored.get(name)!.data);
    }
    await weights.close();
  }
});

test('rotary frequencies: the stored ones, one for all layers, or torch`s own', async () => {
  const odd = f32([8], [1, 2, 3, 4, 5, 6, 7, 8]);
  const own = copies.withTensors(PATH, (tensors) => tensors.set(`${LAYER}.${INV_FREQ}`, odd));
  const shared = copies.withTensors(PATH, (tensors) => {
    for (let i = 0; i < 4; i++) tensors.delete(`esm.encoder.layer.${i}.${INV_FREQ}`);
    tensors.set(`esm.encoder.layer.*.${INV_FREQ}`, odd);
  });
  const none = copies.withTensors(PATH, (tensors) => tensors.delete(`${LAYER}.${INV_FREQ}`));
  for (const [path, expected] of [
    [own, [1, 2, 3, 4, 5, 6, 7, 8]],
    [shared, [1, 2, 3, 4, 5, 6, 7, 8]],
    [none, [...rotaryInverseFrequencies(16)]],
  ] as const) {
    const weights = await openEsm2(path);
    expect([...(await weights.read('layer.1.inv_freq'))]).toEqual([...expected]);
    await weights.close();
  }
});

test('heads, pooler and position embeddings may be there', async () => {
  const folder = copies.withTensors(PATH, (tensors) => {
    tensors.set('lm_head.decoder.weight', f32([1], [0]));
    tensors.set('esm.pooler.dense.bias', f32([1], [0]));
    tensors.set('esm.embeddings.position_embeddings.weight', f32([1], [0]));
    tensors.set('esm.embeddings.position_ids', { dtype: 'I64', shape: [1, 1], data: new Uint8Array(8) });
  });
  expect((await opened(folder)).layers).toBe(4);
});

describe('refuses by tensor name', () => {
  const cases: Readonly<Record<string, readonly [change: (tensors: RawTensors) => void, said: string]>> = {
    'a missing tensor': [
      (tensors) => tensors.delete(`${LAYER}.output.dense.bias`),
      'tensor "encoder.layer.1.output.dense.bias" is missing',
    ],
    'a left-over tensor': [
      (tensors) => tensors.set('esm.encoder.layer.4.output.dense.bias', f32([1], [0])),
      'tensor "esm.encoder.layer.4.output.dense.bias" has no place',
    ],
    'a tensor called __proto__': [(tensors) => tensors.set('__proto__', f32([1], [0])), '"__proto__" has no place'],
    'a wrong size': [
      (tensors) => tensors.set(`${LAYER}.output.dense.bias`, f32([65], new Float32Array(65))),
      `"${LAYER}.output.dense.bias" has shape [65], expected [64]`,
    ],
    'a wrong rank': [
      (tensors) => tensors.set(`${LAYER}.output.dense.bias`, f32([64, 1], new Float32Array(64))),
      `"${LAYER}.output.dense.bias" has shape [64,1], expected 1 dimensions`,
    ],
    'two names of one tensor': [
      (tensors) => tensors.set('encoder.layer.0.LayerNorm.gamma', f32([64], new Float32Array(64))),
      'one and the same',
    ],
  };
  for (const [what, [change, said]] of Object.entries(cases)) {
    test(what, async () => {
      const folder = copies.withTensors(PATH, change);
      await expect(openEsm2(folder)).rejects.toThrow(said);
      await expect(openEsm2(folder)).rejects.toThrow(join(folder, 'model.safetensors'));
    });
  }

  test('values that are not finite, and values that are no floats', async () => {
    const name = `${LAYER}.attention.self.key.bias`;
    const wrong = [
      f32([64], new Float32Array(64).fill(Number.NaN, 63)),
      f32([64], new Float32Array(64).fill(Number.NEGATIVE_INFINITY, 0, 1)),
      { dtype: 'I8', shape: [64], data: new Uint8Array(64) },
    ];
    for (const tensor of wrong) {
      const weights = await openEsm2(copies.withTensors(PATH, (tensors) => tensors.set(name, tensor)));
      await expect(weights.read('layer.1.key.bias')).rejects.toThrow(name);
      await weights.close();
    }
  });
});

describe('refuses a config.json', () => {
  const cases: readonly (readonly [change: Record<string, unknown>, said: string])[] = [
    [{ model_type: 'bert' }, 'model_type is "bert", it must be "esm"'],
    [{ position_embedding_type: 'absolute' }, 'position_embedding_type is "absolute"'],
    [{ token_dropout: false }, 'token_dropout is "false"'],
    [{ token_dropout: undefined }, 'token_dropout is missing'],
    [{ emb_layer_norm_before: true }, 'emb_layer_norm_before'],
    [{ hidden_act: 'relu' }, 'hidden_act'],
    [{ rope_theta: 5000 }, 'rope_theta'],
    [{ vocab_size: 34 }, 'vocab_size'],
    [{ num_attention_heads: 5 }, 'num_attention_heads is "5", it must be a divisor of hidden_size 64'],
    [{ num_attention_heads: 64 }, 'odd head size'],
    [{ num_hidden_layers: 0 }, 'num_hidden_layers'],
    [{ num_hidden_layers: 1e15 }, '"encoder.layer.4.'],
    [{ num_hidden_layers: 3 }, '"esm.encoder.layer.3.'],
    [{ hidden_size: 128 }, 'has shape [33,64], expected [33,128]'],
    [{ layer_norm_eps: '1e-5' }, 'layer_norm_eps'],
  ];
  for (const [change, said] of cases) {
    test(`with ${JSON.stringify(change)}`, async () => {
      await expect(openEsm2(copies.withConfig(PATH, change))).rejects.toThrow(said);
    });
  }

  test('that is broken', async () => {
    const folder = copies.folder();
    copyFileSync(PATH, join(folder, 'model.safetensors'));
    writeFileSync(join(folder, 'config.json'), '{"model_type":"esm","model_type":"bert"}');
    await expect(openEsm2(folder)).rejects.toThrow('holds the key "model_type" twice');
  });
});

test('a MosaicBERT checkpoint or a classifier is called by its name', async () => {
  await expect(openEsm2(fixture('dnaberts', 'hf_safetensors'))).rejects.toThrow('looks like a MosaicBERT');
  await expect(openEsm2(fixture('classifier', '500.safetensors'))).rejects.toThrow('looks like a VirNucPro classifier');
});

describe('without a config.json', () => {
  const alone = (change: Parameters<ChangedCheckpoints['withTensors']>[1]) => {
    const folder = copies.withTensors(PATH, change);
    rmSync(join(folder, 'config.json'));
    return folder;
  };

  test('sizes come from the tensors, heads from the rotary frequencies', async () => {
    const [told, found] = [await openEsm2(PATH), await openEsm2(alone(() => undefined))];
    expect(found.architecture).toEqual(told.architecture);
    expect(found.files.map((file) => basename(file))).toEqual(['model.safetensors']);
    await Promise.all([told.close(), found.close()]);
  });

  test('and without frequencies, a person has to say how many heads there are', async () => {
    const folder = alone((tensors) => {
      for (const name of [...tensors.keys()]) if (name.endsWith('inv_freq')) tensors.delete(name);
    });
    await expect(openEsm2(folder)).rejects.toThrow('--protein-heads');
    const weights = await openEsm2(folder, 4);
    expect(weights.architecture.heads).toBe(4);
    await weights.close();
    await expect(openEsm2(folder, 3)).rejects.toThrow('odd head size');
    await expect(openEsm2(PATH, 8)).rejects.toThrow('has 4 attention heads, --protein-heads says 8');
  });

  test('a layer that lacks a tensor is named', async () => {
    const folder = alone((tensors) => tensors.delete('esm.encoder.layer.3.LayerNorm.weight'));
    await expect(openEsm2(folder)).rejects.toThrow('"encoder.layer.3.LayerNorm.weight" is missing');
  });
});
