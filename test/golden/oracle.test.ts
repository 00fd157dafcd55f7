/**
 * The float64 oracle against numbers of the reference PyTorch code.
 *
 * Tolerance 1e-5 for embeddings and hidden states: the reference computes in float32 and its own variants differ by up
 * to 3e-6 per embedding; the method's promise is 1e-5. Reached: 2.8e-6 (means, all 198 frames), 6.6e-6 (one hidden state).
 * Scores: 2e-5 by the same promise; reached 4.3e-7.
 */

import { describe, expect, test } from 'bun:test';
import { openClassifier } from '../../src/model/checkpoint/classifier.ts';
import { openEsm2 } from '../../src/model/checkpoint/esm2.ts';
import { openMosaicBert } from '../../src/model/checkpoint/mosaicbert.ts';
import { classifierScores } from '../../src/model/oracle/classifier.ts';
import { esm2Embed, esm2Forward } from '../../src/model/oracle/esm2.ts';
import { mosaicBertEmbed, mosaicBertForward } from '../../src/model/oracle/mosaicbert.ts';
import { fixture, jsonFixture } from '../helpers/fixtures.ts';

const EMBEDDING_TOLERANCE = 1e-5;
const SCORE_TOLERANCE = 2e-5;
/** A frame in six is enough: all of them take a third of a minute and were within the same bound. */
const FRAME_STEP = 6;

interface Expected {
  readonly ids: string[];
  readonly tokens: number[][];
  readonly mean: number[][];
  readonly [hidden: `last_hidden_state of ${string}`]: number[][] | undefined;
}

interface PerFrame<T> {
  readonly ids: string[];
  readonly nucleotide: T[];
  readonly protein: T[];
}

/** Largest absolute difference over all numbers; NaN where one is NaN, so that no comparison passes. */
function distance(found: readonly ArrayLike<number>[], expected: readonly ArrayLike<number>[]): number {
  expect(found.map((row) => row.length)).toEqual(expected.map((row) => row.length));
  return found.reduce((most, row, r) => {
    const differences = Array.from(row, (value, i) => Math.abs(value - expected[r]![i]!));
    return Math.max(most, ...differences);
  }, 0);
}

function hiddenStateOf(expected: Expected, id: string): { tokens: number[]; hidden: number[] } {
  return { tokens: expected.tokens[expected.ids.indexOf(id)]!, hidden: expected[`last_hidden_state of ${id}`]!.flat() };
}

const every = <T>(rows: readonly T[]) => rows.filter((_, i) => i % FRAME_STEP === 0);

describe('ESM-2', () => {
  for (const [folder, withHidden] of [
    ['esm2', 'len7'],
    ['esm2_hd64', 'len9'],
  ] as const) {
    test(`${folder}: single proteins, also beyond the 1024 residues of the mean`, async () => {
      const expected = await jsonFixture<Expected>(folder, 'hf_safetensors', 'expected.json');
      const weights = await openEsm2(fixture(folder, 'hf_safetensors'));
      const means = await esm2Embed(weights, expected.tokens);
      expect(distance(means, expected.mean)).toBeLessThanOrEqual(EMBEDDING_TOLERANCE);

      const { tokens, hidden } = hiddenStateOf(expected, withHidden);
      const one = await esm2Forward(weights, tokens);
      expect(distance([one.hidden], [hidden])).toBeLessThanOrEqual(EMBEDDING_TOLERANCE);
      // Sequences do not touch each other: alone and among others, the same bits.
      expect(one.mean).toEqual(means[expected.tokens.indexOf(tokens)]!);
      await weights.close();
    }, 60_000);
  }

  test('frames of the test sequences', async () => {
    const tokens = await jsonFixture<PerFrame<number[]>>('expected_500', 'tokens.json');
    const expected = await jsonFixture<PerFrame<number[]>>('expected_500', 'embeddings.json');
    expect(tokens.ids).toEqual(expected.ids);
    const weights = await openEsm2(fixture('esm2', 'hf_safetensors'));
    const means = await esm2Embed(weights, every(tokens.protein));
    expect(distance(means, every(expected.protein))).toBeLessThanOrEqual(EMBEDDING_TOLERANCE);
    await weights.close();
  }, 60_000);

  test('a token id outside the alphabet, or no residue, is a bug of the caller', async () => {
    const weights = await openEsm2(fixture('esm2_hd64', 'hf_safetensors'));
    await expect(esm2Forward(weights, [0, 33, 2])).rejects.toThrow('token id 33');
    await expect(esm2Forward(weights, [0, 2])).rejects.toThrow('no rows');
    await weights.close();
  });
});

describe('DNABERT-S', () => {
  test('single sequences, also with more tokens than the code`s starting size', async () => {
    const expected = await jsonFixture<Expected>('dnaberts', 'expected.json');
    const weights = await openMosaicBert(fixture('dnaberts', 'hf_safetensors'));
    const means = await mosaicBertEmbed(weights, expected.tokens);
    expect(distance(means, expected.mean)).toBeLessThanOrEqual(EMBEDDING_TOLERANCE);

    const { tokens, hidden } = hiddenStateOf(expected, 'len60');
    const one = await mosaicBertForward(weights, tokens);
    expect(distance([one.hidden], [hidden])).toBeLessThanOrEqual(EMBEDDING_TOLERANCE);
    expect(one.mean).toEqual(means[expected.tokens.indexOf(tokens)]!);
    await weights.close();
  }, 60_000);

  test('frames of the test sequences', async () => {
    const tokens = await jsonFixture<PerFrame<number[]>>('expected_500', 'tokens.json');
    const expected = await jsonFixture<PerFrame<number[]>>('expected_500', 'embeddings.json');
    const weights = await openMosaicBert(fixture('dnaberts', 'hf_safetensors'));
    const means = await mosaicBertEmbed(weights, every(tokens.nucleotide));
    expect(distance(means, every(expected.nucleotide))).toBeLessThanOrEqual(EMBEDDING_TOLERANCE);
    await weights.close();
  }, 60_000);
});

describe('classifier', () => {
  test('scores of both heads', async () => {
    const cases = await jsonFixture<Record<'input' | 'scores_500' | 'scores_300', number[][]>>(
      'classifier',
      'cases.json',
    );
    for (const length of ['500', '300'] as const) {
      const weights = await openClassifier(fixture('classifier', `${length}.safetensors`));
      const scores = await classifierScores(weights, cases.input);
      expect(distance(scores, cases[`scores_${length}`])).toBeLessThanOrEqual(SCORE_TOLERANCE);
      await weights.close();
    }
  });

  test('a head without a preference gives exactly one half', async () => {
    const weights = await openClassifier(fixture('classifier', 'tie.safetensors'));
    const [scores] = await classifierScores(weights, [new Float32Array(112).fill(1)]);
    expect([...scores!]).toEqual([0.5, 0.5]);
    await expect(classifierScores(weights, [new Float32Array(111)])).rejects.toThrow('112');
    await weights.close();
  });
});
