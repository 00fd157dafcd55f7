import { expect, test } from 'bun:test';
import { flopsOfToken } from './flops.ts';
import { shapesOf } from './model.ts';

test('a token of ESM-2 3B takes twice its weights and a little attention', () => {
  const { protein, nucleotide } = shapesOf({});
  // 36 x (4 x 2560^2 + 2 x 2560 x 10240) = 2,831,155,200 weights of the 2.84 billion that the model has.
  expect(flopsOfToken(protein, 0)).toBe(2 * 2_831_155_200);
  expect(flopsOfToken(protein, 168) - flopsOfToken(protein, 0)).toBe(4 * 36 * 2560 * 168);
  // 12 x (4 x 768^2 + 3 x 768 x 3072)
  expect(flopsOfToken(nucleotide, 0)).toBe(2 * 113_246_208);
});

test('smaller shapes keep their heads of 64', () => {
  const { protein, nucleotide } = shapesOf({ layers: 1, width: 128 });
  expect(protein).toMatchObject({ layers: 1, width: 128, heads: 2, feedForward: 512 });
  expect(nucleotide).toMatchObject({ layers: 1, width: 128, heads: 2, feedForward: 512 });
});
