import { afterAll, describe, expect, test } from 'bun:test';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JournalDisk, JournalTime } from '../../test/helpers/journal-disk.ts';
import type { Crash } from '../system/crash.ts';
import { type BodyPart, encodeFrame, MAX_BODY_BYTES } from './frame.ts';
import { readJournal } from './read-journal.ts';
import { type RowsNote, rowsFrames, type WindowNote } from './run-frames.ts';
import { type Checkpoint, RunJournal } from './run-journal.ts';
import type { StoredRun } from './stored-run.ts';

const FOLDER = 'out/journal';
const RUN = `${FOLDER}/run.vnj`;
const FINGERPRINT = { bundle: 'abc', chunk_length: 500 };

const CRASHES: readonly Crash[] = [
  { signal: 'SIGSEGV', device: 'cuda:1', at: '2026-11-22T12:00:00.000Z' },
  { signal: 'SIGSEGV', device: null, at: '2026-11-22T12:00:01.000Z' },
];

const note = (window: number): WindowNote => ({
  ...{ window, bytes: 1000 * window, sha256: `${window % 10}`.repeat(64) },
  ...{ chunks: 3, frames: 4, pairs: 2 },
});
const rowsOf = (...numbers: number[]): [Uint32Array, Float32Array] => [
  new Uint32Array(numbers),
  new Float32Array(numbers.flatMap((n) => [n, n + 0.5, -n])),
];
const scoresOf = (window: number) => new Float32Array([window, 0.25, -1, 1e-9]);

async function rowsIn(stored: StoredRun, window: number): Promise<[string, number[], number[]][]> {
  const all: RowsNote[] = [];
  for await (const rows of stored.rows(window)) all.push(rows);
  return all.map(({ encoder, rowNumbers, embeddings }) => [encoder, [...rowNumbers], [...embeddings]]);
}

describe('on a real disk', () => {
  const parent = mkdtempSync(join(tmpdir(), 'run-journal-'));
  afterAll(() => rmSync(parent, { recursive: true }));

  test('what a run found out is found again, and gone when it is finished', async () => {
    const folder = join(parent, 'journal');
    expect(await RunJournal.resume(folder)).toBeUndefined();
    const journal = await RunJournal.begin(folder, FINGERPRINT);
    for (const window of [1, 2, 3]) void journal.window(note(window));
    void journal.rows(1, 'protein', ...rowsOf(0, 2));
    void journal.rows(2, 'nucleotide', ...rowsOf(3));
    void journal.rows(2, 'protein', ...rowsOf(1, 0));
    void journal.scores(1, scoresOf(1));
    // A process that was started twice for one crash tells it twice.
    for (const crash of [...CRASHES, ...CRASHES]) void journal.crash(crash);
    await journal.close();
    expect((await readdir(folder)).sort()).toEqual(['run.vnj', 'window-2.vnj']);

    const { stored, journal: second } = (await RunJournal.resume(folder))!;
    expect(stored.fingerprint).toEqual(FINGERPRINT);
    expect([stored.crashes, second.crashes]).toEqual([CRASHES, CRASHES]);
    expect([...stored.windows]).toEqual([1, 2, 3].map((window) => [window, note(window)]));
    expect([1, 2, 3].map((window) => [stored.hasScores(window), stored.hasRows(window)])).toEqual([
      [true, false],
      [false, true],
      [false, false],
    ]);
    expect(await stored.scores(1)).toEqual(scoresOf(1));
    expect(await stored.scores(2)).toBeUndefined();
    expect(await rowsIn(stored, 1)).toEqual([]);
    expect(await rowsIn(stored, 2)).toEqual([
      ['nucleotide', [3], [3, 3.5, -3]],
      ['protein', [1, 0], [1, 1.5, -1, 0, 0.5, -0]],
    ]);

    void second.window(note(1));
    void second.rows(1, 'protein', ...rowsOf(0));
    void second.rows(2, 'nucleotide', ...rowsOf(3, 0));
    await second.close();
    const { stored: again, journal: third } = (await RunJournal.resume(folder))!;
    expect(await rowsIn(again, 2)).toHaveLength(3);
    void third.scores(2, scoresOf(2));
    await third.sync();
    void third.rows(3, 'protein', ...rowsOf(0));
    await Bun.write(join(folder, 'mine.txt'), 'of a person');
    await third.finish();
    expect(await readdir(folder)).toEqual(['mine.txt']);
    rmSync(join(folder, 'mine.txt'));
    await (await RunJournal.begin(folder, FINGERPRINT)).finish();
    expect(existsSync(folder)).toBe(false);
  });
});

async function begun(keepRows = false) {
  const [files, clock, checkpoints] = [new JournalDisk(), new JournalTime(), [] as Checkpoint[]];
  const onCheckpoint = (checkpoint: Checkpoint) => checkpoints.push(checkpoint);
  const options = { files, clock, keepRows, onCheckpoint };
  return { files, clock, checkpoints, options, journal: await RunJournal.begin(FOLDER, FINGERPRINT, options) };
}

test('rows go only when the scores are on the disk', async () => {
  const { files, clock, journal, checkpoints } = await begun();
  void journal.window(note(1));
  void journal.window(note(2));
  void journal.rows(1, 'protein', ...rowsOf(0, 1));
  const told: string[] = [];
  void journal.rows(2, 'protein', ...rowsOf(0, 1, 2), () => told.push('rows'));
  await journal.sync();
  expect(told).toEqual(['rows']);
  expect(checkpoints.at(-1)).toEqual({ windows: 0, chunks: 0, rows: 5 });
  void journal.scores(1, scoresOf(1), () => told.push('scores'));
  await files.drain();
  expect(told).toEqual(['rows']);
  expect(files.paths).toEqual([RUN, `${FOLDER}/window-1.vnj`, `${FOLDER}/window-2.vnj`]);
  clock.pass(1);
  await files.drain();
  expect(files.paths).toEqual([RUN, `${FOLDER}/window-2.vnj`]);
  expect(told).toEqual(['rows', 'scores']);
  expect(checkpoints.at(-1)).toEqual({ windows: 1, chunks: 3, rows: 3 });
  await journal.close();
  expect(files.openFiles).toBe(0);
});

test('rows that are kept stay until the end, and missing ones can be added', async () => {
  const { files, journal, options } = await begun(true);
  void journal.window(note(1));
  void journal.rows(1, 'protein', ...rowsOf(0));
  void journal.scores(1, scoresOf(1));
  await journal.close();
  const { journal: second, stored } = (await RunJournal.resume(FOLDER, options))!;
  expect(await rowsIn(stored, 1)).toHaveLength(1);
  void second.rows(1, 'protein', ...rowsOf(1));
  void second.scores(1, scoresOf(1));
  await second.close();
  const { journal: third, stored: both } = (await RunJournal.resume(FOLDER, options))!;
  expect((await rowsIn(both, 1)).map(([, numbers]) => numbers)).toEqual([[0], [1]]);
  expect(await both.scores(1)).toEqual(scoresOf(1));
  expect((await readJournal(RUN, files)).frames).toHaveLength(3);
  await third.finish();
  expect([files.paths, files.openFiles]).toEqual([[], 0]);
});

test('a sync is not disturbed by rows that go while it waits for them', async () => {
  const { files, journal } = await begun();
  await journal.sync();
  files.isGated = true;
  void journal.window(note(1));
  for (let i = 0; i < 40; i += 1) void journal.rows(1, 'protein', ...rowsOf(0));
  const isSynced = { yes: false };
  const sync = journal.sync().then(() => {
    isSynced.yes = true;
  });
  while (files.calls.at(-1) !== 'sync') await files.step(); // of the run, of which the rows know nothing
  for (let i = 0; i < 4; i += 1) await files.step();
  void journal.scores(1, scoresOf(1));
  const later = journal.sync();
  expect(isSynced.yes).toBe(false);
  await files.drain();
  expect(await Promise.all([sync, later])).toEqual([undefined, undefined]);
  expect([files.paths, files.openFiles]).toEqual([[RUN], 1]);
});

test('many rows are told in several frames', () => {
  const width = 1 << 20;
  const rowNumbers = new Uint32Array(20).map((_, i) => i);
  const embeddings = new Float32Array(20 * width);
  for (const row of rowNumbers) embeddings.fill(row, row * width, (row + 1) * width);
  const frames = [...rowsFrames({ encoder: 'protein', rowNumbers, embeddings })];
  expect(frames.map(({ rows }) => rows)).toEqual([15, 5]);
  const bodies = frames.map(({ frame }): readonly BodyPart[] => frame.body ?? []);
  expect(bodies.map(([numbers, values]) => [numbers![0]!, values![0]!, values!.length / width])).toEqual([
    [0, 0, 15],
    [15, 15, 5],
  ]);
  expect(bodies.every((body) => body.reduce((sum, { byteLength }) => sum + byteLength, 0) <= MAX_BODY_BYTES)).toBe(
    true,
  );
});

describe('a folder', () => {
  test('with a run is not begun again; what is left of windows alone goes', async () => {
    const { files, journal } = await begun();
    await journal.close();
    expect(String(await RunJournal.begin(FOLDER, {}, { files }).catch((error: unknown) => error))).toBe(
      `UserError: ${RUN}: is there already. Go on with --resume, or start anew with --force.`,
    );
    await files.unlink(RUN);
    files.put(`${FOLDER}/window-7.vnj`, Buffer.from('x'));
    files.put(`${RUN}.partial`, Buffer.from('x'));
    expect(await RunJournal.resume(FOLDER, { files })).toBeUndefined();
    await RunJournal.begin(FOLDER, {}, { files });
    expect(files.paths).toEqual([RUN]);
  });

  test('with rows of another run, or of a window that the run does not know: they are not believed', async () => {
    const { files, journal } = await begun();
    for (const window of [1, 2, 3]) void journal.window(note(window));
    void journal.rows(3, 'protein', ...rowsOf(0));
    await journal.close();
    const stranger = encodeFrame({ kind: 4, json: { run: '00000000-0000-0000-0000-000000000000', window: 1 } });
    files.put(`${FOLDER}/window-1.vnj`, stranger);
    files.put(`${FOLDER}/window-2.vnj`, files.bytes(`${FOLDER}/window-3.vnj`));
    files.put(`${FOLDER}/window-4.vnj`, encodeFrame({ kind: 4, json: { run: journal.name, window: 4 } }));
    const { stored, journal: second } = (await RunJournal.resume(FOLDER, { files }))!;
    expect([1, 2, 3, 4].map((window) => stored.hasRows(window))).toEqual([false, false, true, false]);
    expect(files.paths).toEqual([RUN, `${FOLDER}/window-3.vnj`]);
    await second.close();
  });
});

describe('frames that are whole and tell nonsense are refused', () => {
  const run = { kind: 1, json: { format: 1, run: crypto.randomUUID(), fingerprint: {} } };
  const window = { kind: 2, json: note(1) };
  for (const [frames, sentence] of [
    [[], 'The journal is damaged: its beginning cannot be read'],
    [[window], 'The journal is damaged: it does not begin with its run'],
    [[{ kind: 1, json: { ...run.json, format: 2 } }], 'The journal has format 2, this version reads format 1'],
    [[{ kind: 1, json: [] }], 'a frame is no JSON object'],
    [[{ kind: 1, json: { ...run.json, run: '../..' } }], '"run" is no text as it should be'],
    [[{ kind: 1, json: { ...run.json, fingerprint: 3 } }], '"fingerprint" is no JSON object'],
    [[run, { kind: 2, json: { ...note(1), chunks: -1 } }], '"chunks" is no number as it should be'],
    [[run, { kind: 2, json: { ...note(1), sha256: 'ABC' } }], '"sha256" is no text as it should be'],
    [[run, { ...window, body: [new Uint32Array(1)] }], 'a window has a body'],
    [[run, window, window], 'it has window 1 twice'],
    [[run, { kind: 3, json: { window: 1, pairs: 2 } }], 'it has scores of no window 1 like that'],
    [[run, window, { kind: 3, json: { window: 1, pairs: 2 } }], 'window 1 has more or fewer scores than pairs'],
    [[run, { kind: 9, json: {} }], 'a frame tells something unknown'],
  ] as const) {
    test(sentence, async () => {
      const files = new JournalDisk();
      files.put(RUN, Buffer.concat(frames.map(encodeFrame)));
      const said = await RunJournal.resume(FOLDER, { files }).catch((error: unknown) => error);
      expect(String(said)).toStartWith(`UserError: ${RUN}: `);
      expect(String(said)).toContain(sentence);
      expect(String(said)).toEndWith('tart anew with --force instead of --resume.');
    });
  }

  for (const [json, numbers, sentence] of [
    [{ encoder: 'codon', width: 1, rows: 1 }, 2, 'an encoder has a strange name'],
    [{ encoder: 'protein', width: 0, rows: 1 }, 2, '"width" is no number as it should be'],
    [{ encoder: 'protein', width: 1, rows: 2 }, 2, 'a body has not as many rows as it says'],
    [{ encoder: 'protein', width: 1, rows: 1, first: 4 }, 2, 'a row is not of its window'],
  ] as const) {
    test(`rows: ${sentence}`, async () => {
      const { files, journal } = await begun();
      void journal.window(note(1));
      await journal.close();
      const body = new Uint32Array(numbers).fill('first' in json ? json.first : 0);
      const owner = { kind: 4, json: { run: journal.name, window: 1 } };
      files.put(
        `${FOLDER}/window-1.vnj`,
        Buffer.concat([owner, { kind: 5, json, body: [body] }].map((frame) => encodeFrame(frame))),
      );
      const { stored, journal: second } = (await RunJournal.resume(FOLDER, { files }))!;
      expect(String(await rowsIn(stored, 1).catch((error: unknown) => error))).toContain(sentence);
      await second.close();
    });
  }
});

test('a caller who contradicts himself is a bug', async () => {
  const { journal } = await begun();
  void journal.window(note(1));
  expect(() => journal.window({ ...note(1), bytes: 3 })).toThrow('window 1 was {');
  expect(() => journal.rows(2, 'protein', ...rowsOf(0))).toThrow('window 2 was not told');
  expect(() => journal.rows(1, 'protein', new Uint32Array(2), new Float32Array(3))).toThrow('2 rows have 3 numbers');
  expect(() => journal.scores(1, new Float32Array(3))).toThrow('2 pairs have 3 scores');
  await journal.close();
});
