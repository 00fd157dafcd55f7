/**
 * The executable on the test sequences against what the reference code computes, for both chunk lengths.
 *
 * Tolerances. Scores 2e-5: the method's promise; variants of the reference differ by up to 4e-6 among themselves, and no
 * two scores of a frame lie closer than 1e-3, so labels must be equal. Embeddings 1e-5, by the same promise.
 * weighted_delta 2e-4: a difference of 2e-5 in the scores, times the slope of its weights.
 */

import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { Box } from '../helpers/binary.ts';
import { fixture, jsonFixture } from '../helpers/fixtures.ts';
import { npyMatrix, rowsOf, tableOf } from '../helpers/tables.ts';

const SCORE_TOLERANCE = 2e-5;
const EMBEDDING_TOLERANCE = 1e-5;
const DELTA_TOLERANCE = 2e-4;

interface ExpectedCall {
  readonly id: string;
  readonly length: number;
  readonly status: string;
  readonly n_chunks: number;
  readonly n_chunks_with_frames: number;
  readonly weighted_delta: number | null;
  readonly call: string | null;
  readonly tier: string | null;
}

const box = new Box();
afterAll(() => box.remove());

/** Bounds of the chunks by the published rule, written apart from the source: shifts are handed out one by one. */
function chunkBounds(length: number, size: number): [number, number][] {
  const count = Math.ceil(length / size);
  if (count === 0) return [];
  const surplus = count * size - length;
  const low = Math.floor(surplus / count);
  const raised = surplus - low * (count - 1);
  const bounds: [number, number][] = [];
  let shift = 0;
  for (let i = 0; i < count; i += 1) {
    const start = i * size - shift;
    bounds.push([start, Math.min(length, start + size)]);
    if (i < raised) shift += low + 1;
    else if (i < count - 1) shift += low;
  }
  return bounds;
}

/** Python's `repr` of the shortest decimal that reads back as the same float32. */
function pythonText(text: string): string {
  const value = Math.fround(Number(text));
  for (let digits = 1; digits <= 9; digits += 1) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) !== value) continue;
    if (short !== 0 && short < 1e-4) {
      return short.toExponential().replace(/e-(\d)$/, 'e-0$1');
    }
    return Number.isInteger(short) ? `${short}.0` : String(short);
  }
  throw new Error(`${text} is no float32`);
}

function compareScores(found: string, expected: string): void {
  const rows = rowsOf(found);
  const wanted = rowsOf(expected);
  expect(rows[0]).toEqual(wanted[0]!);
  expect(rows.map(([id, label]) => `${id} ${label}`)).toEqual(wanted.map(([id, label]) => `${id} ${label}`));
  let worst = 0;
  for (const [i, row] of rows.slice(1).entries()) {
    for (const column of [2, 3]) {
      expect(row[column]).toBe(pythonText(row[column]!));
      worst = Math.max(worst, Math.abs(Number(row[column]) - Number(wanted[i + 1]![column])));
    }
  }
  expect(worst).toBeLessThanOrEqual(SCORE_TOLERANCE);
}

describe.each([500, 300])('chunks of %d nt', (length) => {
  const folder = `expected_${length}`;
  const out = `out${length}`;
  let calls: ExpectedCall[] = [];

  beforeAll(async () => {
    calls = await jsonFixture<ExpectedCall[]>(folder, 'calls.json');
    const model = await box.bundle(`bundle${length}`, length);
    const { stdout } = await box.ok([
      'predict',
      fixture('sequences.fa'),
      '--model',
      model,
      '-o',
      out,
      '--save-embeddings',
    ]);
    expect(stdout).toBe('');
  }, 60_000);

  test('every file is there and nothing else', () => {
    expect(box.list(out)).toEqual([
      'chunks.tsv',
      'nucleotide_embeddings.npy',
      'prediction_results.txt',
      'prediction_results_highestscore.csv',
      'protein_embeddings.npy',
      'sequences.tsv',
      'summary.json',
    ]);
  });

  test.each(['prediction_results.txt', 'prediction_results_highestscore.csv'])('%s', (name) => {
    compareScores(box.text(out, name), readFileSync(fixture(folder, name), 'utf8'));
  });

  test('sequences.tsv agrees with the per-sequence rule', () => {
    const table = tableOf(box.text(out, 'sequences.tsv'));
    expect(table.map((row) => row['sequence_id'])).toEqual(calls.map(({ id }) => id));
    for (const [i, row] of table.entries()) {
      const expected = calls[i]!;
      expect(row).toMatchObject({
        length: String(expected.length),
        status: expected.status,
        chunks: String(expected.n_chunks),
        scored_chunks: String(expected.n_chunks_with_frames),
      });
      if (expected.weighted_delta === null || expected.call === null || expected.tier === null) {
        expect(row).toMatchObject({ call: 'NA', tier: 'NA', weighted_delta: 'NA' });
        continue;
      }
      expect(row).toMatchObject({ call: expected.call.toLowerCase().replace('-', '_'), tier: expected.tier });
      expect(Math.abs(Number(row['weighted_delta']) - expected.weighted_delta)).toBeLessThanOrEqual(DELTA_TOLERANCE);
    }
  });

  test('chunks.tsv has every chunk with its true place, and the consensus of the csv', () => {
    const best = new Map(
      rowsOf(box.text(out, 'prediction_results_highestscore.csv')).map((row) => [row[0]!, row.slice(1)] as const),
    );
    const frames = rowsOf(box.text(out, 'prediction_results.txt')).map(([id]) => id!.slice(0, -2));
    const expected = calls.flatMap((call) =>
      chunkBounds(call.length, length).map(([start, end], i) => {
        const id = `${call.id}_chunk_${i + 1}`;
        const count = frames.filter((frame) => frame === id).length;
        // The bundle has no calibration, so there is no probability.
        return [id, call.id, String(start), String(end), String(count), ...(best.get(id) ?? ['NA', 'NA', 'NA']), 'NA'];
      }),
    );
    expect(rowsOf(box.text(out, 'chunks.tsv')).slice(1)).toEqual(expected);
  });

  test('saved embeddings, in the order of prediction_results.txt', async () => {
    const expected = await jsonFixture<{ ids: string[]; nucleotide: number[][]; protein: number[][] }>(
      folder,
      'embeddings.json',
    );
    expect(
      rowsOf(box.text(out, 'prediction_results.txt'))
        .slice(1)
        .map(([id]) => id),
    ).toEqual(expected.ids);
    for (const encoder of ['nucleotide', 'protein'] as const) {
      const { rows, width, values } = npyMatrix(box.path(out, `${encoder}_embeddings.npy`));
      expect([rows, width]).toEqual([expected.ids.length, expected[encoder][0]!.length]);
      const flat = expected[encoder].flat();
      const worst = values.reduce((most, value, i) => Math.max(most, Math.abs(value - flat[i]!)), 0);
      expect(worst).toBeLessThanOrEqual(EMBEDDING_TOLERANCE);
    }
  });

  test('summary.json tells what was done', async () => {
    const summary = await Bun.file(box.path(out, 'summary.json')).json();
    for (const key of ['version', 'counts', 'model', 'inputs', 'options', 'devices', 'seconds']) {
      expect(Object.keys(summary)).toContain(key);
    }
    const scored = calls.reduce((sum, call) => sum + call.n_chunks_with_frames, 0);
    expect(summary.counts).toMatchObject({ records: calls.length, scored_chunks: scored, resumed: 0 });
    expect(summary.model).toMatchObject({ name: `bundle${length}`, length });
    const input = await Bun.file(fixture('sequences.fa')).bytes();
    expect(summary.inputs).toEqual([
      {
        path: fixture('sequences.fa'),
        bytes: input.length,
        sha256: new Bun.CryptoHasher('sha256').update(input).digest('hex'),
        records: calls.length,
      },
    ]);
    expect(summary.devices).toMatchObject([{ id: 'cpu', backend: 'native-cpu' }]);
    expect(summary.options).toMatchObject({ length, save_embeddings: true });
  });
});

test('a head without a preference: frames are others, chunks are viral', async () => {
  const heads = [[fixture('classifier', 'tie.safetensors'), 500]] as const;
  await box.ok(box.importArguments('tie', { heads }));
  await box.ok(['predict', fixture('sequences.fa'), '--model', 'tie', '-o', 'tied']);
  const tails = (name: string) =>
    new Set(
      rowsOf(box.text('tied', name))
        .slice(1)
        .map((row) => row.slice(1).join(' ')),
    );
  expect(tails('prediction_results.txt')).toEqual(new Set(['others 0.5 0.5']));
  expect(tails('prediction_results_highestscore.csv')).toEqual(new Set(['True 0.5 0.5']));
}, 60_000);
