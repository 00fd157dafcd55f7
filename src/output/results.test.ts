import { afterEach, beforeEach, expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SequenceResult } from '../call/sequence-call.ts';
import { UserError } from '../system/errors.ts';
import { NpyWriter } from './npy.ts';
import { RESULT_FILE, RESULT_FILES } from './paths.ts';
import { ResultFiles } from './results.ts';
import type { Summary } from './summary.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'results-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const SUMMARY: Summary = {
  // Out of order on purpose.
  seconds: { inference: 1.5, total: 2 },
  version: '0.1.0',
  command: ['predict', 'x.fa'],
  started_at: '2025-01-01T00:00:00.000Z',
  finished_at: '2025-01-01T00:00:02.000Z',
  counts: {
    ambiguous: 0,
    records: 2,
    called: 1,
    no_orf: 1,
    empty: 0,
    too_short: 0,
    invalid: 0,
    chunks: 3,
    scored_chunks: 1,
    frames: 2,
    unique_nucleotide_frames: 2,
    unique_protein_frames: 1,
    bases: 900,
    resumed: 0,
    viral: 1,
    non_viral: 0,
  },
  model: { sha256: 'ab', name: 'mini', length: 500, precision: 'fp32', path: undefined, calibration: null },
  inputs: [{ records: 2, path: 'x.fa', bytes: 950, sha256: 'cd' }],
  options: { length: 500, device: ['cpu'] },
  devices: [
    {
      ...{ backend: 'native-cpu', id: 'cpu', name: 'a processor', threads: 2, driver: null, pci: null },
      ...{ arithmetic: 'fp32', proof: null, plan: null, state: 'running', reason: null, left_to_others: {} },
      ...{ batches: 3, tokens: { nucleotide: 5, protein: 7 }, share: { nucleotide: 1, protein: 1 } },
      ...{ busy_seconds: 1.5, idle_share: 0.25, finished_seconds: 2, failures: 0, retries: 0, slices: 0, repeats: 0 },
      ...{ in_flight: 4, most_tokens: { nucleotide: null, protein: null }, done: ['1'] },
    },
  ],
  sharing: { imbalance: 1, seconds: 2 },
  crashes: [],
};

const RESULT: SequenceResult = {
  call: 'viral',
  tier: 'review',
  weightedDelta: 0.5,
  nScored: 1,
  confidentViral: 2,
  confidentNonViral: 3,
  ambiguous: 4,
  viralProportion: 0.00005,
  nonviralProportion: 0,
};

function fill(results: ResultFiles): void {
  results.frame('a_chunk_1F1', 'virus', 0.25, 0.75);
  results.frame('a_chunk_1R2', 'others', 0.5, 0.5);
  const consensus = { isVirus: true, max0: 0.5, max1: 0.75 };
  const chunk = { sequenceId: 'a', consensus: undefined, probability: undefined };
  results.chunk({ ...chunk, chunkId: 'a_chunk_1', start: 0, end: 500, frames: 2, consensus, probability: 0.625 });
  results.chunk({ ...chunk, chunkId: 'a_chunk_2', start: 299, end: 600, frames: 0 });
  results.chunk({ ...chunk, chunkId: 'a_chunk_3', start: 600, end: 900, frames: 1, consensus });
  const called = { length: 600, status: 'called', chunks: 2, frames: 2, result: RESULT } as const;
  results.sequence({ ...called, sequenceId: 'a', probability: 0.00005, isVirus: true });
  results.sequence({ ...called, sequenceId: 'c', probability: 1, isVirus: false });
  const uncalibrated = { probability: undefined, isVirus: undefined };
  results.sequence({ ...called, sequenceId: 'd', ...uncalibrated });
  const none = { length: 300, status: 'no_orf', chunks: 1, frames: 0, result: undefined } as const;
  results.sequence({ ...none, sequenceId: 'b', ...uncalibrated });
}

function text(name: string): string {
  return readFileSync(join(folder, name), 'utf8');
}

test('every cell stands under its column', () => {
  const results = ResultFiles.open(folder);
  fill(results);
  results.commit(SUMMARY);
  expect(text('prediction_results.txt')).toBe(
    'Sequence_ID\tPrediction\tscore1\tscore2\na_chunk_1F1\tvirus\t0.25\t0.75\na_chunk_1R2\tothers\t0.5\t0.5\n',
  );
  expect(text('prediction_results_highestscore.csv')).toBe(
    'Modified_ID\tIs_Virus\tmax_score_0\tmax_score_1\na_chunk_1\tTrue\t0.5\t0.75\n' + 'a_chunk_3\tTrue\t0.5\t0.75\n',
  );
  expect(text('chunks.tsv')).toBe(
    'chunk_id\tsequence_id\tstart\tend\tframes\tis_virus\tmax_score_0\tmax_score_1\tvirus_probability\n' +
      'a_chunk_1\ta\t0\t500\t2\tTrue\t0.5\t0.75\t0.625\n' +
      'a_chunk_2\ta\t299\t600\t0\tNA\tNA\tNA\tNA\n' +
      'a_chunk_3\ta\t600\t900\t1\tTrue\t0.5\t0.75\tNA\n',
  );
  expect(text('sequences.tsv')).toBe(
    'sequence_id\tlength\tstatus\tcall\ttier\tchunks\tscored_chunks\tframes\tweighted_delta\t' +
      'confident_viral\tconfident_nonviral\tambiguous_chunks\tviral_proportion\tnonviral_proportion\tvirus_probability\tis_virus\n' +
      'a\t600\tcalled\tviral\treview\t2\t1\t2\t0.5\t2\t3\t4\t5e-05\t0.0\t5e-05\tTrue\n' +
      'c\t600\tcalled\tviral\treview\t2\t1\t2\t0.5\t2\t3\t4\t5e-05\t0.0\t1.0\tFalse\n' +
      'd\t600\tcalled\tviral\treview\t2\t1\t2\t0.5\t2\t3\t4\t5e-05\t0.0\tNA\tNA\n' +
      'b\t300\tno_orf\tNA\tNA\t1\t0\t0\tNA\t0\t0\t0\tNA\tNA\tNA\tNA\n',
  );
});

test('the summary has its keys in one order, and every file is listed', () => {
  const results = ResultFiles.open(folder);
  const written = results.commit(SUMMARY);
  const order = (value: object) => Object.keys(value).join(' ');
  const summary: Summary = JSON.parse(text('summary.json'));
  expect(order(summary)).toBe(
    'version command started_at finished_at counts model inputs options devices sharing crashes seconds',
  );
  expect(order(summary.devices[0]!)).toStartWith('id backend name threads driver pci arithmetic proof plan state');
  expect(order(summary.counts)).toStartWith('records called no_orf empty too_short invalid chunks scored_chunks');
  expect(order(summary.counts)).toEndWith('bases resumed viral non_viral ambiguous');
  expect(order(summary.model)).toBe('name sha256 length precision calibration');
  expect(order(summary.seconds)).toBe('total inference');
  expect(JSON.stringify(summary.counts).length).toBe(JSON.stringify(SUMMARY.counts).length);
  expect(text('summary.json')).toEndWith('}\n');
  expect(written.at(-1)).toBe(join(folder, 'summary.json'));
  expect(written.toSorted()).toEqual(
    readdirSync(folder)
      .map((name) => join(folder, name))
      .toSorted(),
  );
});

test('the calibration of the head stands in the summary, its keys in one order', () => {
  const calibration = { fitted_on: 'known sequences', threshold: 0.5, intercept: -0.25, slope: 1.5, other: 1 };
  const results = ResultFiles.open(folder);
  results.commit({ ...SUMMARY, model: { ...SUMMARY.model, calibration } });
  const { model }: Summary = JSON.parse(text('summary.json'));
  expect(JSON.stringify(model.calibration)).toBe(
    '{"slope":1.5,"intercept":-0.25,"threshold":0.5,"fitted_on":"known sequences"}',
  );
});

test('nothing has its name before commit, and abort leaves nothing', () => {
  const results = ResultFiles.open(folder);
  fill(results);
  expect(readdirSync(folder).every((name) => name.endsWith('.partial'))).toBe(true);
  results.abort();
  expect(readdirSync(folder)).toEqual([]);
});

test('embeddings get their names with the rest; those of an earlier run do not stay beside new tables', () => {
  writeFileSync(join(folder, RESULT_FILE.proteinEmbeddings), 'old');
  writeFileSync(join(folder, 'notes.txt'), 'mine');
  const results = ResultFiles.open(folder);
  const embeddings = results.adopt(new NpyWriter(join(folder, RESULT_FILE.nucleotideEmbeddings), 2));
  embeddings.rows(Float32Array.of(1, 2));
  expect(text(RESULT_FILE.proteinEmbeddings)).toBe('old');
  results.commit(SUMMARY);
  expect(readdirSync(folder).toSorted()).toEqual(
    ['notes.txt', ...RESULT_FILES.filter((name) => name !== RESULT_FILE.proteinEmbeddings)].toSorted(),
  );
});

test('whichever file meets a full disk, the earlier results stay whole and no temporary file is left', () => {
  const files = RESULT_FILES.filter((name) => !name.endsWith('.npy'));
  for (const full of files) {
    for (const name of files) writeFileSync(join(folder, name), `old ${name}`);
    symlinkSync('/dev/full', join(folder, `${full}.partial`));
    const results = ResultFiles.open(folder);
    fill(results);
    let caught: unknown;
    try {
      results.commit(SUMMARY);
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(UserError);
    expect(`${caught}`).toContain(`${join(folder, full)}: cannot be written: the disk is full (ENOSPC)`);
    expect(readdirSync(folder).toSorted()).toEqual(files.toSorted());
    for (const name of files) expect(text(name)).toBe(`old ${name}`);
  }
});

test('a summary never stands beside tables of another run, even where the renames stop half-way', () => {
  writeFileSync(join(folder, 'summary.json'), 'old');
  mkdirSync(join(folder, 'sequences.tsv'));
  const results = ResultFiles.open(folder);
  fill(results);
  expect(() => results.commit(SUMMARY)).toThrow('a folder has the name of this file (EISDIR)');
  expect(readdirSync(folder)).not.toContain('summary.json');
  expect(readdirSync(folder).filter((name) => name.endsWith('.partial'))).toEqual([]);
});

test('a folder with the name of a file that is to go is told as the system tells it', () => {
  mkdirSync(join(folder, RESULT_FILE.proteinEmbeddings));
  const results = ResultFiles.open(folder);
  fill(results);
  const sentence = `${RESULT_FILE.proteinEmbeddings}: cannot be written: a folder has the name of this file (EISDIR)`;
  expect(() => results.commit(SUMMARY)).toThrow(sentence);
  expect(readdirSync(folder)).not.toContain('summary.json');
});

test('a folder that cannot be written leaves no temporary file of the first tables', () => {
  // The fourth table cannot be created: a folder has the name of its temporary file.
  symlinkSync(folder, join(folder, 'sequences.tsv.partial'));
  expect(() => ResultFiles.open(folder)).toThrow(UserError);
  expect(readdirSync(folder)).toEqual(['sequences.tsv.partial']);
});

test('frames without scores, and a call without its status, are bugs', () => {
  const results = ResultFiles.open(folder);
  const place = { chunkId: 'a_chunk_1', sequenceId: 'a', start: 0, end: 1, consensus: undefined };
  expect(() => results.chunk({ ...place, frames: 1, probability: undefined })).toThrow('frames without scores');
  const record = { sequenceId: 'a', length: 1, chunks: 1, frames: 0, probability: undefined, isVirus: undefined };
  expect(() => results.sequence({ ...record, status: 'called', result: undefined })).toThrow('called without a call');
  expect(() => results.sequence({ ...record, status: 'no_orf', result: RESULT })).toThrow('called without a call');
  results.abort();
});

test('a probability without what it was computed from, or without its side, is a bug', () => {
  const results = ResultFiles.open(folder);
  const chunk = { chunkId: 'a_chunk_1', sequenceId: 'a', start: 0, end: 1, frames: 0, consensus: undefined };
  expect(() => results.chunk({ ...chunk, probability: 0.5 })).toThrow('a probability without scores');
  const record = { sequenceId: 'a', length: 1, chunks: 1, frames: 0 };
  const none = { ...record, status: 'no_orf', result: undefined } as const;
  expect(() => results.sequence({ ...none, probability: 0.5, isVirus: true })).toThrow('without a call');
  const called = { ...record, status: 'called', result: RESULT } as const;
  expect(() => results.sequence({ ...called, probability: 0.5, isVirus: undefined })).toThrow('without its side');
  expect(() => results.sequence({ ...called, probability: undefined, isVirus: true })).toThrow('without its side');
  results.abort();
});
