import { describe, expect, test } from 'bun:test';
import { alibiDistance, poolingRow } from './encoder-inputs.ts';

const f32 = Math.fround;

describe('poolingRow', () => {
  test('DNABERT-S: all tokens count alike', () => {
    expect([...poolingRow('nucleotide', 4)]).toEqual([0.25, 0.25, 0.25, 0.25]);
  });

  test('ESM-2: residues only', () => {
    expect([...poolingRow('protein', 4)]).toEqual([0, 0.5, 0.5, 0]);
    expect([...poolingRow('protein', 3)]).toEqual([0, 1, 0]);
  });

  test('ESM-2: the first 1024 residues', () => {
    expect([...poolingRow('protein', 1026)].slice(1024)).toEqual([f32(1 / 1024), 0]);
    const longer = poolingRow('protein', 1100);
    expect([...longer].map((weight) => weight > 0)).toEqual(Array.from({ length: 1100 }, (_, i) => i > 0 && i <= 1024));
    expect(longer[1]).toBe(f32(1 / 1024));
  });
});

test('alibiDistance is -|i - j|', () => {
  expect([...alibiDistance(3)].map((value) => value + 0)).toEqual([0, -1, -2, -1, 0, -1, -2, -1, 0]);
});
