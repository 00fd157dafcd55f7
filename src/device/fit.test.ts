import { describe, expect, test } from 'bun:test';
import catalogue from '../../models/catalogue.json';
import mini from '../../models/mini/bundle/manifest.json';
import type { Esm2Architecture, MosaicBertArchitecture } from '../model/architecture.ts';
import { type Manifest, parseManifest } from '../model/bundle/manifest.ts';
import type { Precision } from '../model/graph/weight-sink.ts';
import { fitProblem, needsOf } from './fit.ts';

const TOKENS = 4096;
const GB = 1e9;

/** Of a published checkpoint; heads are not told in the catalogue. */
function published(name: string, heads: number) {
  const found = catalogue.checkpoints.find((checkpoint) => checkpoint.name === name)?.architecture;
  if (found?.layers === undefined) throw new Error(`${name} is not in the catalogue`);
  const { layers, width, feed_forward: feedForward, vocabulary } = found;
  return { layers, width, feedForward, vocabulary, heads, layerNormEpsilon: 1e-5 };
}

const dnaberts: MosaicBertArchitecture = { kind: 'mosaicbert', ...published('dnabert-s', 12) };
const esm3b: Esm2Architecture = { kind: 'esm2', ...published('esm2-3b', 40) };

/** A bundle as large as the two checkpoints are, with nothing in it. */
function manifestOf(precision: Precision, protein = esm3b): Manifest {
  const perValue = precision === 'fp16' ? 2 : 4;
  const matrices = (
    { layers, width, feedForward, vocabulary }: Esm2Architecture | MosaicBertArchitecture,
    ff: number,
  ) => perValue * (vocabulary * width + layers * (4 * width ** 2 + ff * width * feedForward));
  const part = (graph: string) => ({ graph, sources: [] });
  const file = (path: string, bytes: number) => ({ path, bytes, sha256: '0'.repeat(64) });
  return {
    ...{ format: 1, name: 'virnucpro', writer: 'test', precision, tokenizer: 't.json', golden: 'g.json' },
    nucleotide: { architecture: dnaberts, ...part('nucleotide.onnx') },
    protein: { architecture: protein, ...part('protein.onnx') },
    classifiers: [],
    files: [
      file('nucleotide-00001.bin', matrices(dnaberts, 3)),
      file('protein-00001.bin', matrices(protein, 2)),
      // Known sequences are not loaded on a card.
      file('g.json', 5e9),
    ],
  };
}

const needs = (manifest: Manifest, isWidened = false) => needsOf(manifest, isWidened, TOKENS).total / GB;
const problem = (memory: number, manifest: Manifest, isWidened = false) =>
  fitProblem('webgpu:0 (a card)', memory * GB, manifest, { isWidened, batchTokens: TOKENS });

describe('ESM-2 3B with DNABERT-S', () => {
  test('in float16 needs 6 to 7 GB: a card with 8 GB free is enough, one with 4 is not', () => {
    const manifest = manifestOf('fp16');
    expect(needs(manifest)).toBeGreaterThan(6);
    expect(needs(manifest)).toBeLessThan(7);
    expect(problem(8, manifest)).toBeUndefined();
    expect(problem(4, manifest)).toBe(
      'webgpu:0 (a card) has 4.0 GB for it, and the bundle virnucpro needs about 6.8 GB; ' +
        'a bundle in fp16 with a protein model of the size of ESM-2 650M (about 2.1 GB) would fit',
    );
  });

  test('in float32 needs about 12, and float16 is what a card of 8 GB is told', () => {
    const manifest = manifestOf('fp32');
    expect(needs(manifest)).toBeGreaterThan(12);
    expect(needs(manifest)).toBeLessThan(13);
    expect(problem(16, manifest)).toBeUndefined();
    expect(problem(8, manifest)).toEndWith('; imported with --precision fp16 it would need about 6.8 GB and fit');
    expect(problem(4, manifest)).toContain('a bundle in fp16 with a protein model of the size of ESM-2 650M');
  });

  test('a device that widens float16 needs what float32 does, and float16 is no way out', () => {
    const [half, whole] = [manifestOf('fp16'), manifestOf('fp32')];
    expect(needs(half, true)).toBeCloseTo(needs(whole), 6);
    expect(needs(whole, true)).toBe(needs(whole));
    for (const manifest of [half, whole]) {
      expect(problem(8, manifest, true)).toEndWith(
        '; a bundle with a protein model of the size of ESM-2 650M (about 3.7 GB) would fit',
      );
    }
  });
});

test.each([
  [3, 'ESM-2 650M'],
  [2, 'ESM-2 150M'],
  [1.3, 'ESM-2 150M'],
  [1, 'ESM-2 35M'],
])('%d GB: the largest model that fits is named', (memory, name) => {
  expect(problem(memory, manifestOf('fp16'))).toContain(`of the size of ${name} (`);
});

test('a little memory is enough for the embedded model, and less for none', () => {
  expect(problem(0.6, manifestOf('fp16'))).toEndWith('; the embedded model would be small enough');
  expect(problem(0.3, manifestOf('fp16'))).toEndWith('; that is too little for any model');
  expect(problem(0, manifestOf('fp16'))).toStartWith('webgpu:0 (a card) has 0 B for it, ');
});

test('the embedded model fits wherever it is said to, widened too', () => {
  const embedded = parseManifest(mini, 'manifest.json');
  expect(needs(embedded, true)).toBeLessThan(0.4);
  expect(problem(0.4, embedded, true)).toBeUndefined();
  expect(problem(0.4 - 1e-9, manifestOf('fp16'))).toEndWith('too little for any model');
});

test('a model is not told to make room for itself', () => {
  const half: Esm2Architecture = { kind: 'esm2', ...published('esm2-650m', 20) };
  const { files, ...rest } = manifestOf('fp16', half);
  // Heads that are larger than any: without them it would fit.
  const heads = { path: 'classifier-500-00001.bin', bytes: 1e8, sha256: '0'.repeat(64) };
  const manifest = { ...rest, files: [...files, heads] };
  const all = needs(manifest);
  expect(problem(all + 1e-3, manifest)).toBeUndefined();
  expect(problem(all - 1e-3, manifest)).toContain('of the size of ESM-2 150M');
});

describe('batches', () => {
  test('smaller ones need less', () => {
    const manifest = manifestOf('fp16');
    const [few, many] = [256, TOKENS].map((tokens) => needsOf(manifest, false, tokens).activations);
    expect(many! / few!).toBeCloseTo(TOKENS / 256, 6);
    expect(needsOf(manifest, false, 256).weights).toBe(needsOf(manifest, false, TOKENS).weights);
  });

  test('huge ones leave no card out: their rows are computed in slices', () => {
    const manifest = manifestOf('fp16');
    expect(needsOf(manifest, false, 1e6)).toEqual(needsOf(manifest, false, TOKENS));
  });
});
