import { describe, expect, test } from 'bun:test';
import json from '../../models/published-numbers.json' with { type: 'json' };
import { catalogue, findEntry } from './catalogue.ts';
import { parsePublishedNumbers, publishedFrames, publishedNumbers, publishedVectors } from './published-numbers.ts';

const CODON: Readonly<Record<string, string>> = Object.fromEntries(
  [...'FFLLSSSSYY**CC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG'].map((residue, i) => [
    `${'TCAG'[i >> 4]}${'TCAG'[(i >> 2) & 3]}${'TCAG'[i & 3]}`,
    residue,
  ]),
);

describe('the eight frames', () => {
  const frames = publishedFrames('virnucpro')!;

  test('each has its numbers from both encoders and the head', () => {
    expect(frames.ids).toEqual([
      ...['synthetic_seq_1_chunk_1R1', 'synthetic_seq_1_chunk_1R2'],
      ...['synthetic_seq_2_chunk_1R1', 'synthetic_seq_2_chunk_1R2'],
      ...['fixed_500bp_seq1_chunk_1R1', 'fixed_500bp_seq1_chunk_1R3'],
      ...['fixed_500bp_seq2_chunk_1R1', 'fixed_500bp_seq2_chunk_1R3'],
    ]);
    for (const { rows } of [frames.nucleotide, frames.protein, frames.scores]) expect(rows).toHaveLength(8);
    const bundle = findEntry('virnucpro')!;
    if (bundle.kind !== 'bundle') throw new Error('no bundle');
    expect([frames.nucleotide.checkpoint, frames.nucleotide.width]).toEqual(['dnabert-s', 768]);
    expect([frames.protein.checkpoint, frames.protein.width]).toEqual(['esm2-3b', 2560]);
    expect(frames.scores.checkpoint).toBe('virnucpro-head-500');
    expect(publishedFrames('esm2-3b')).toBeUndefined();
  });

  test('nucleotides translate into the protein', () => {
    for (const [i, { text }] of frames.nucleotide.rows.entries()) {
      const residues = text.match(/[ACGT]{3}/g)!.map((codon) => CODON[codon]!);
      // One base more than the codons, where the strand has one.
      expect(text.length - 3 * residues.length).toBeOneOf([0, 1]);
      expect(residues.join('')).toBe(frames.protein.rows[i]!.text);
    }
  });

  test('scores are probabilities, one frame is no virus', () => {
    for (const [others, virus] of frames.scores.rows) expect(Math.abs(others + virus - 1)).toBeLessThan(2e-7);
    expect(frames.scores.rows.map(([others, virus]) => virus > others)).toEqual(
      [true, true, false, true].concat(Array(4).fill(true)),
    );
  });
});

test('every encoder of the catalogue has published numbers of its width, the most precise first', () => {
  for (const checkpoint of catalogue().checkpoints) {
    const found = publishedVectors(checkpoint.name);
    if (checkpoint.kind === 'classifier') expect(found).toEqual([]);
    else expect(found.map(({ width }) => width)).toEqual(found.map(() => checkpoint.architecture.width));
  }
  const arithmetics = (name: string) => publishedVectors(name).map(({ arithmetic }) => arithmetic);
  expect(arithmetics('dnabert-s')).toEqual(['float32']);
  expect(arithmetics('esm2-3b')).toEqual(['float32', 'bfloat16']);
  for (const size of ['650m', '150m', '35m', '8m']) expect(arithmetics(`esm2-${size}`)).toEqual(['bfloat16']);
  expect(publishedVectors('esm2-15b')).toEqual([]);
});

test('the sizes of ESM-2 were given the same three proteins', () => {
  const texts = publishedNumbers().proteins.map(({ rows }) => rows.map(({ text }) => text));
  expect(texts).toHaveLength(5);
  for (const one of texts) expect(one).toEqual(texts[0]!);
  expect(texts[0]!.map(({ length }) => length)).toEqual([61, 29, 13]);
});

test('values are float32 and no larger together than their norm', () => {
  const { frames, proteins } = publishedNumbers();
  for (const { rows } of [frames.nucleotide, frames.protein, ...proteins]) {
    for (const { values, norm } of rows) {
      expect(values).toHaveLength(4);
      expect(Math.hypot(...values)).toBeLessThan(norm);
      // The shortest decimals that name a float32: read as one, they are it up to a double's rounding.
      for (const value of [...values, norm]) expect(Math.abs(Math.fround(value) / value - 1)).toBeLessThan(2 ** -24);
    }
  }
});

test('tolerances grow as arithmetic gets coarser', () => {
  const { float32, float16, bfloat16 } = publishedNumbers().tolerances;
  for (const key of ['value', 'norm'] as const) {
    expect(float32[key]).toBeLessThan(float16[key]);
    expect(float16[key]).toBeLessThan(bfloat16[key]);
  }
  expect(float32.score).toBeLessThan(float16.score!);
  expect(bfloat16.score).toBeUndefined();
});

describe('a mistake in the file is a bug that names its place', () => {
  type Json = Record<string, unknown>;
  type Frames = Json & { list: Json[] };
  const cases: readonly (readonly [says: string, change: (frames: Frames, proteins: Json[]) => void])[] = [
    ['frames.bundle', (frames) => Object.assign(frames, { bundle: 'virnucpro-2' })],
    ['frames.head', (frames) => Object.assign(frames, { head: 'head' })],
    ['frames.arithmetic', (frames) => Object.assign(frames, { arithmetic: 'float64' })],
    ['list[0].scores', ({ list }) => Object.assign(list[0]!, { scores: [0.5] })],
    ['list[0].scores', ({ list }) => Object.assign(list[0]!, { scores: [0.5, 0.3, 0.2] })],
    ['list[1].protein is', ({ list }) => Object.assign(list[1]!, { protein: 'mk' })],
    ['embedding.values', ({ list }) => Object.assign(list[2]!['nucleotide_embedding'] as Json, { values: [1, 2, 3] })],
    ['embedding.norm', ({ list }) => Object.assign(list[2]!['protein_embedding'] as Json, { norm: 0 })],
    ['proteins[0].checkpoint', (_, [first]) => Object.assign(first!, { checkpoint: 'esm2-9b' })],
    ['proteins[0].width', (_, [first]) => Object.assign(first!, { width: 0.5 })],
  ];
  test.each(cases)('%s', (says, change) => {
    const copy = structuredClone(json) as unknown as { frames: Frames; proteins: Json[] };
    change(copy.frames, copy.proteins);
    expect(() => parsePublishedNumbers(copy)).toThrow(says);
  });
});
