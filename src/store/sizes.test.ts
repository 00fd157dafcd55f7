import { expect, test } from 'bun:test';
import { fixture } from '../../test/helpers/fixtures.ts';
import { loadSafetensors } from '../../test/helpers/safetensors.ts';
import { type Checkpoint, catalogue, findEntry } from './catalogue.ts';
import { installedBytes, pullSize, valueCount } from './sizes.ts';

test('a download is as large as what is known of it', () => {
  expect(pullSize(findEntry('esm2-8m')!)).toEqual({ bytes: 31_384_292 + 775, unknown: 0 });
  // The index and both heads.
  expect(pullSize(findEntry('virnucpro')!)).toEqual({
    bytes: 779 + 9_976_735_419 + 1_390_347_055 + 1025 + 168_203 + 468_320_053,
    unknown: 3,
  });
});

test('values are counted as checkpoints have them', () => {
  const sizes = (...path: string[]) =>
    [...loadSafetensors(fixture(...path, 'model.safetensors'))]
      .filter(([tensor]) => !/lm_head|contact_head|pooler|cls\.|position|inv_freq/.test(tensor))
      .map(([tensor, { shape }]) => [tensor, shape.reduce((product, n) => product * n, 1)] as const)
      // Only the first of the token types is used.
      .map(([tensor, values]) => (tensor.includes('token_type') ? values / 2 : values))
      .reduce((sum, values) => sum + values, 0);
  const like = (name: string, architecture: object): Checkpoint => {
    const found = catalogue().checkpoints.find((checkpoint) => checkpoint.name === name)!;
    return { ...found, architecture: { ...found.architecture, ...architecture } } as Checkpoint;
  };
  const esm2 = like('esm2-8m', { layers: 4, width: 64, feedForward: 256 });
  expect(valueCount(esm2)).toBe(sizes('esm2', 'hf_safetensors'));
  const dnaberts = like('dnabert-s', { layers: 3, width: 48, feedForward: 96 });
  expect(valueCount(dnaberts)).toBe(sizes('dnaberts', 'hf_safetensors'));
});

test('an installed bundle', () => {
  const virnucpro = findEntry('virnucpro')!;
  // 2.84 thousand million values of ESM-2, 117 million of DNABERT-S, 3.4 million of two heads.
  expect(installedBytes(virnucpro, 'fp32') / 1e9).toBeCloseTo(11.82, 1);
  expect(installedBytes(virnucpro, 'fp16')).toBe(installedBytes(virnucpro, 'fp32') / 2);
  // What is pulled holds all that is installed, and little more.
  expect(pullSize(virnucpro).bytes / installedBytes(virnucpro, 'fp32')).toBeCloseTo(1, 1);
  for (const name of ['esm2-3b', 'esm2-650m', 'dnabert-s']) {
    const ratio = pullSize(findEntry(name)!).bytes / installedBytes(findEntry(name)!, 'fp32');
    expect(ratio).toBeGreaterThan(1);
    expect(ratio).toBeLessThan(1.01);
  }
});
