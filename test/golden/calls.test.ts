/**
 * From the scores of the reference implementation to all result tables: the two compatible files byte for byte, the
 * calls record by record.
 */

import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { consensus } from '../../src/call/consensus.ts';
import { frameLabel } from '../../src/call/label.ts';
import { SequenceCall } from '../../src/call/sequence-call.ts';
import { recordStatus } from '../../src/call/status.ts';
import { ResultFiles } from '../../src/output/results.ts';
import type { Summary } from '../../src/output/summary.ts';
import { fixture, jsonFixture } from '../helpers/fixtures.ts';

interface ExpectedCall {
  readonly id: string;
  readonly length: number;
  readonly n_chunks: number;
  readonly n_chunks_with_frames: number;
  readonly status: string;
  readonly weighted_delta: number | null;
  readonly n_confident_viral: number;
  readonly n_confident_nonviral: number;
  readonly n_ambiguous: number;
  readonly viral_proportion: number | null;
  readonly nonviral_proportion: number | null;
  readonly call: string | null;
  readonly tier: string | null;
}

/** Both sides add float64 numbers of about 1, up to 20 of them, perhaps in another order. */
const DELTA_TOLERANCE = 1e-12;

const NO_SUMMARY: Summary = {
  version: '0',
  command: [],
  started_at: '',
  finished_at: '',
  counts: {
    records: 0,
    called: 0,
    no_orf: 0,
    empty: 0,
    too_short: 0,
    invalid: 0,
    chunks: 0,
    scored_chunks: 0,
    frames: 0,
    unique_nucleotide_frames: 0,
    unique_protein_frames: 0,
    bases: 0,
    resumed: 0,
    viral: 0,
    non_viral: 0,
    ambiguous: 0,
  },
  model: { name: '', sha256: '', length: 0, precision: 'fp32', calibration: null },
  inputs: [],
  options: {},
  devices: [],
  sharing: { seconds: 0, imbalance: 1 },
  crashes: [],
  seconds: { total: 0 },
};

/** The reference gives no probabilities. */
const UNCALIBRATED = { probability: undefined, isVirus: undefined };

function rows(path: string): string[][] {
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  return lines.slice(1).map((line) => line.split('\t'));
}

/** [frame suffix, score1, score2] by chunk id, in file order. */
function framesByChunk(path: string): Map<string, [string, number, number][]> {
  const frames = new Map<string, [string, number, number][]>();
  for (const [id, , score1, score2] of rows(path) as [string, string, string, string][]) {
    const chunk = id.slice(0, -2);
    const list = frames.get(chunk) ?? [];
    list.push([id.slice(-2), Math.fround(Number(score1)), Math.fround(Number(score2))]);
    frames.set(chunk, list);
  }
  return frames;
}

/** Writes the tables as a run does, with the reference's scores in place of a model. */
function write(folder: string, calls: readonly ExpectedCall[], frames: Map<string, [string, number, number][]>): void {
  const results = ResultFiles.open(folder);
  for (const record of calls) {
    const call = new SequenceCall();
    let total = 0;
    for (let number = 1; number <= record.n_chunks; number += 1) {
      const chunkId = `${record.id}_chunk_${number}`;
      const own = frames.get(chunkId) ?? [];
      for (const [suffix, score1, score2] of own) {
        results.frame(`${chunkId}${suffix}`, frameLabel(score1, score2), score1, score2);
      }
      const scores = Float32Array.from(own.flatMap(([, score1, score2]) => [score1, score2]));
      const best = own.length > 0 ? consensus(scores) : undefined;
      if (best !== undefined) call.add(best.max0, best.max1);
      total += own.length;
      // Places of chunks are tested with the cutting; here they only fill the columns.
      const place = { start: number - 1, end: number };
      results.chunk({ chunkId, sequenceId: record.id, ...place, frames: own.length, consensus: best, ...UNCALIBRATED });
    }
    const result = call.result();
    results.sequence({
      sequenceId: record.id,
      length: record.length,
      status: recordStatus(record.length, 0, result?.nScored ?? 0),
      chunks: record.n_chunks,
      frames: total,
      result,
      ...UNCALIBRATED,
    });
  }
  results.commit(NO_SUMMARY);
}

describe.each([300, 500])('chunk length %d', (length) => {
  const expected = `expected_${length}`;
  let folder = '';
  let calls: ExpectedCall[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'calls-'));
    calls = await jsonFixture<ExpectedCall[]>(expected, 'calls.json');
    write(folder, calls, framesByChunk(fixture(expected, 'prediction_results.txt')));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each(['prediction_results.txt', 'prediction_results_highestscore.csv'])('%s is equal in every byte', (name) => {
    expect(readFileSync(join(folder, name), 'utf8')).toBe(readFileSync(fixture(expected, name), 'utf8'));
  });

  test('every record has its status, call, tier and counts', () => {
    const got = rows(join(folder, 'sequences.tsv'));
    expect(got.length).toBe(calls.length);
    for (const [at, want] of calls.entries()) {
      const row = got[at]!;
      const orNA = (value: string | null) => (value === null ? 'NA' : value.toLowerCase().replace('-', '_'));
      expect(row.slice(0, 7)).toEqual([
        want.id,
        `${want.length}`,
        want.status,
        orNA(want.call),
        orNA(want.tier),
        `${want.n_chunks}`,
        `${want.n_chunks_with_frames}`,
      ]);
      expect(row.slice(14)).toEqual(['NA', 'NA']);
      expect(row.slice(9, 12)).toEqual(
        [want.n_confident_viral, want.n_confident_nonviral, want.n_ambiguous].map((count) => `${count}`),
      );
      const numbers: [string, number | null][] = [
        [row[8]!, want.weighted_delta],
        [row[12]!, want.viral_proportion],
        [row[13]!, want.nonviral_proportion],
      ];
      for (const [text, value] of numbers) {
        if (value === null) expect(text).toBe('NA');
        else expect(Math.abs(Number(text) - value)).toBeLessThanOrEqual(DELTA_TOLERANCE);
      }
    }
  });

  test('chunks.tsv has every chunk, and the scores of the compatible file', () => {
    const chunks = rows(join(folder, 'chunks.tsv'));
    expect(chunks.length).toBe(calls.reduce((sum, { n_chunks }) => sum + n_chunks, 0));
    const scored = chunks.filter((row) => row[5] !== 'NA').map((row) => [row[0], ...row.slice(5, 8)]);
    expect(scored).toEqual(rows(fixture(expected, 'prediction_results_highestscore.csv')));
    for (const row of chunks) if (row[4] === '0') expect(row.slice(5)).toEqual(['NA', 'NA', 'NA', 'NA']);
    for (const row of chunks) expect(row.slice(8)).toEqual(['NA']);
  });
});
