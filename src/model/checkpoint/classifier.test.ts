import { afterAll, expect, test } from 'bun:test';
import { fixture } from '../../../test/helpers/fixtures.ts';
import { ChangedCheckpoints, f32, loadSafetensors, type RawTensors } from '../../../test/helpers/safetensors.ts';
import { openClassifier } from './classifier.ts';

const PATH = fixture('classifier', '500.safetensors');
const copies = new ChangedCheckpoints();
afterAll(() => copies.remove());
const open = (change: (tensors: RawTensors) => void) => openClassifier(copies.withTensors(PATH, change));

test('reads sizes from shapes and tensors by canonical name', async () => {
  const stored = loadSafetensors(PATH);
  const weights = await openClassifier(PATH);
  expect(weights.architecture).toEqual({ kind: 'classifier', input: 112, hidden: 32, batchNormEpsilon: 1e-5 });
  for (const [canonical, name] of [
    ['hidden.weight', 'hidden_layer.weight'],
    ['batch_norm.weight', 'bn1.weight'],
    ['batch_norm.bias', 'bn1.bias'],
    ['batch_norm.mean', 'bn1.running_mean'],
    ['batch_norm.variance', 'bn1.running_var'],
    ['output.bias', 'output_layer.bias'],
  ] as const) {
    expect(new Uint8Array((await weights.read(canonical)).buffer)).toEqual(stored.get(name)!.data);
  }
  await weights.close();
});

test('names what is missing, left over or of a wrong shape', async () => {
  await expect(open((tensors) => tensors.delete('bn1.running_var'))).rejects.toThrow('"bn1.running_var" is missing');
  await expect(open((tensors) => tensors.set('bn2.bias', f32([1], [0])))).rejects.toThrow('"bn2.bias" has no place');
  await expect(open((tensors) => tensors.set('__proto__', f32([1], [0])))).rejects.toThrow('"__proto__" has no place');
  await expect(
    open((tensors) => tensors.set('output_layer.weight', f32([3, 32], new Float32Array(96)))),
  ).rejects.toThrow('"output_layer.weight" has shape [3,32], expected [2,32]');
  await expect(open((tensors) => tensors.set('hidden_layer.weight', f32([0, 112], [])))).rejects.toThrow('[0,112]');
});

test('refuses a negative variance and values that are not finite', async () => {
  for (const value of [-1, Number.NaN]) {
    const variance = f32([32], new Float32Array(32).fill(value));
    const weights = await open((tensors) => tensors.set('bn1.running_var', variance));
    await expect(weights.read('batch_norm.variance')).rejects.toThrow('"bn1.running_var" holds');
    await weights.close();
  }
});

test('an encoder is called by its name', async () => {
  await expect(openClassifier(fixture('esm2', 'hf_safetensors'))).rejects.toThrow('looks like an ESM-2');
});
