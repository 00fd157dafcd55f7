/** One set of weights in every form in which checkpoints are published: the same numbers, bit by bit. */

import { describe, expect, test } from 'bun:test';
import type { Architecture, CanonicalName, Weights } from '../../src/model/architecture.ts';
import { openClassifier } from '../../src/model/checkpoint/classifier.ts';
import { openEsm2 } from '../../src/model/checkpoint/esm2.ts';
import { openMosaicBert } from '../../src/model/checkpoint/mosaicbert.ts';
import { esm2Embed } from '../../src/model/oracle/esm2.ts';
import { fixture, jsonFixture } from '../helpers/fixtures.ts';

/** float64 against float32 of PyTorch: as in oracle.test.ts. */
const EMBEDDING_TOLERANCE = 1e-5;

const affine = (name: string) => [`${name}.weight`, `${name}.bias`];
const ESM2_NAMES = [
  'embedding',
  ...affine('final_norm'),
  ...[0, 1, 2, 3].flatMap((layer) => [
    `layer.${layer}.inv_freq`,
    ...['attention_norm', 'query', 'key', 'value', 'attention_output', 'feed_forward_norm'].flatMap((name) =>
      affine(`layer.${layer}.${name}`),
    ),
    ...['feed_forward_in', 'feed_forward_out'].flatMap((name) => affine(`layer.${layer}.${name}`)),
  ]),
];
const DNABERTS_NAMES = [
  'embedding',
  'token_type',
  ...affine('embedding_norm'),
  ...[0, 1, 2].flatMap((layer) => [
    ...['query', 'key', 'value', 'attention_output', 'attention_norm', 'feed_forward_out', 'feed_forward_norm'].flatMap(
      (name) => affine(`layer.${layer}.${name}`),
    ),
    `layer.${layer}.feed_forward_gate.weight`,
    `layer.${layer}.feed_forward_value.weight`,
  ]),
];
const CLASSIFIER_NAMES = [
  ...affine('hidden'),
  ...affine('batch_norm'),
  'batch_norm.mean',
  'batch_norm.variance',
  ...affine('output'),
];

/** @param rounded what a value of the first becomes in the second */
async function expectSame<A extends Architecture>(
  first: Weights<A>,
  second: Weights<A>,
  names: readonly string[],
  rounded: (values: Float32Array) => ArrayLike<number> = (values) => values,
): Promise<void> {
  expect(second.architecture).toEqual(first.architecture);
  for (const name of names as CanonicalName<A>[]) {
    const [expected, found] = [rounded(await first.read(name)), await second.read(name)];
    expect([name, Buffer.compare(bytes(found), bytes(Float32Array.from(expected)))]).toEqual([name, 0]);
  }
  await Promise.all([first.close(), second.close()]);
}

const bytes = (values: Float32Array) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

describe('ESM-2', () => {
  const reference = () => openEsm2(fixture('esm2', 'hf_safetensors'));

  test('of the hub in several PyTorch files, as folder and as index', async () => {
    for (const path of [['hf_sharded_bin'], ['hf_sharded_bin', 'pytorch_model.bin.index.json']]) {
      await expectSame(await reference(), await openEsm2(fixture('esm2', ...path)), ESM2_NAMES);
    }
  });

  test('of fair-esm, in float16', async () => {
    const half = (values: Float32Array) => Float16Array.from(values);
    const file = fixture('esm2', 'fair_esm_fp16', 'esm2_t4_tiny_UR50D.pt');
    await expectSame(await reference(), await openEsm2(file), ESM2_NAMES, half);
    const weights = await openEsm2(fixture('esm2', 'fair_esm_fp16'));
    expect(weights.architecture.heads).toBe(4);
    await weights.close();
  });

  for (const folder of ['fair_esm_fp16', 'hf_bf16']) {
    test(`${folder}: embeddings are those of the reference code`, async () => {
      const expected = await jsonFixture<{ tokens: number[][]; mean: number[][] }>('esm2', folder, 'expected.json');
      const weights = await openEsm2(fixture('esm2', folder));
      const means = await esm2Embed(weights, expected.tokens);
      await weights.close();
      const differences = means.flatMap((mean, i) =>
        Array.from(mean, (value, j) => Math.abs(value - expected.mean[i]![j]!)),
      );
      expect(Math.max(...differences)).toBeLessThanOrEqual(EMBEDDING_TOLERANCE);
    });
  }
});

test('DNABERT-S as a PyTorch file', async () => {
  const reference = await openMosaicBert(fixture('dnaberts', 'hf_safetensors'));
  await expectSame(reference, await openMosaicBert(fixture('dnaberts', 'hf_bin')), DNABERTS_NAMES);
});

describe('classifier', () => {
  test.each([
    ['500_model.pth', '500'],
    ['500_model_cuda.pth', '500'],
    ['500_state_dict.pth', '500'],
    ['300_model.pth', '300'],
    ['300_state_dict.pth', '300'],
  ])('%s', async (file, length) => {
    const reference = await openClassifier(fixture('classifier', `${length}.safetensors`));
    await expectSame(reference, await openClassifier(fixture('classifier', file)), CLASSIFIER_NAMES);
  });

  test('a module with another activation is refused: its tensors would be taken for the published one', async () => {
    await expect(openClassifier(fixture('classifier', 'gelu_model.pth'))).rejects.toThrow('"act" is a "torch.nn');
  });
});
