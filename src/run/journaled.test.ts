import { afterAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RunJournal } from '../journal/run-journal.ts';
import { ChunkPlan } from '../sequence/chunk.ts';
import { UserError } from '../system/errors.ts';
import { type JournaledOptions, JournaledRun } from './journaled.ts';
import { StageClock } from './stage-clock.ts';
import { Window } from './window.ts';

const root = mkdtempSync(join(tmpdir(), 'journaled-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Two records of one chunk with one frame each, and one without a frame. */
function twoRecords(): Window {
  const window = new Window();
  const tokens = Uint16Array.of(1, 2, 3, 4, 5, 6);
  for (const [i, mask] of [1, 0, 1].entries()) {
    const record = window.open(`r${i}`, new ChunkPlan(30, 500), 30, true, 0);
    window.addChunk(record, mask);
    if (mask === 1) window.addFrame(tokens, i, i + 1, i + 2);
  }
  window.bytesRead = 90;
  return window;
}

const room = () => ({ nucleotide: new Float32Array(4), protein: new Float32Array(6) });

async function begun(folder: string): Promise<JournaledRun> {
  const journal = await RunJournal.begin(folder, {});
  return new JournaledRun({ ...{ journal, stored: undefined, hashAt: hash('a') }, ...rest() });
}

async function resumed(folder: string, letter = 'a'): Promise<JournaledRun> {
  const found = await RunJournal.resume(folder);
  if (found === undefined) throw new Error('there is no journal');
  return new JournaledRun({ ...found, hashAt: hash(letter), ...rest() });
}

function rest(): Pick<JournaledOptions, 'inputs' | 'keepsRows' | 'clock'> {
  return { inputs: ['x.fa'], keepsRows: false, clock: new StageClock() };
}

const hash = (letter: string) => () => Promise.resolve(letter.repeat(64));

describe('JournaledRun', () => {
  test('rows come back; a record counts when all its rows are on the disk', async () => {
    const folder = join(root, 'rows');
    const first = await begun(folder);
    const window = twoRecords();
    const met = await first.meet(1, window, room());
    expect([met.scores, [...met.done.nucleotide], first.resumed]).toEqual([undefined, [0, 0], 0]);
    await first.rows(1, 'nucleotide', [1], Float32Array.of(7, 8));
    await first.options.journal.sync();
    // The one without a frame.
    expect(first.safeRecords).toBe(1);
    await first.rows(1, 'protein', [0, 1], Float32Array.of(1, 2, 3, 4, 5, 6));
    await first.options.journal.close();
    expect(first.safeRecords).toBe(2);

    const second = await resumed(folder);
    const embeddings = room();
    const { done, scores } = await second.meet(1, window, embeddings);
    expect([scores, [...done.nucleotide], [...done.protein]]).toEqual([undefined, [0, 1], [1, 1]]);
    expect([...embeddings.nucleotide, ...embeddings.protein]).toEqual([0, 0, 7, 8, 1, 2, 3, 4, 5, 6]);
    expect([second.resumed, second.safeRecords]).toEqual([2, 2]);
    await second.options.journal.close();
  });

  test('rows are brought to the disk before a thousand more of one encoder', async () => {
    const first = await begun(join(root, 'many'));
    const window = twoRecords();
    await first.meet(1, window, room());
    await first.options.journal.sync();
    let syncs = 0;
    const { journal } = first.options;
    const sync = journal.sync.bind(journal);
    journal.sync = () => {
      syncs += 1;
      return sync();
    };
    const numbers = (rows: number) => Array.from({ length: rows }, () => 0);
    await first.rows(1, 'protein', numbers(999), new Float32Array(999));
    await first.rows(1, 'nucleotide', numbers(999), new Float32Array(999));
    expect(syncs).toBe(0);
    await first.rows(1, 'protein', numbers(1), new Float32Array(1));
    expect(syncs).toBe(1);
    await first.rows(1, 'nucleotide', numbers(999), new Float32Array(999));
    expect(syncs).toBe(1);
    await journal.close();
  });

  test('records of a window that is scored do not count less while its scores are under way', async () => {
    const first = await begun(join(root, 'under-way'));
    await first.meet(1, twoRecords(), room());
    await first.rows(1, 'nucleotide', [0, 1], new Float32Array(4));
    await first.rows(1, 'protein', [0], new Float32Array(3));
    await first.options.journal.sync();
    expect(first.safeRecords).toBe(2);
    await first.scores(1, new Float32Array(4));
    expect(first.safeRecords).toBe(2);
    await first.options.journal.close();
    expect(first.safeRecords).toBe(3);
  });

  test('scores come back, and all records of the window count', async () => {
    const folder = join(root, 'scores');
    const first = await begun(folder);
    const window = twoRecords();
    await first.meet(1, window, room());
    await first.scores(1, Float32Array.of(0.25, 0.75, 0.5, 0.5));
    await first.options.journal.close();
    expect(first.safeRecords).toBe(3);

    const second = await resumed(folder);
    const { scores } = await second.meet(1, window, room());
    expect([...scores!]).toEqual([0.25, 0.75, 0.5, 0.5]);
    expect([second.resumed, second.safeRecords]).toEqual([3, 3]);
    await second.scores(1, scores!);
    expect(second.safeRecords).toBe(3);
    await second.options.journal.close();
  });

  test('another content is refused with the name of the input', async () => {
    const folder = join(root, 'other');
    const first = await begun(folder);
    await first.meet(1, twoRecords(), room());
    await first.options.journal.close();
    const second = await resumed(folder, 'b');
    const error = await second.meet(1, twoRecords(), room()).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(UserError);
    expect(String(error)).toContain('x.fa');
    await second.options.journal.close();
  });
});
