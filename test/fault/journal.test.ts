/**
 * Every call to the file system is refused once, in a small run that begins, is interrupted, resumes with a torn tail and
 * finishes. Whatever is refused: a person hears a sentence, no file stays open, and behind a kill or a power cut the
 * journal tells only what was true and all that it promised.
 */

import { expect, test } from 'bun:test';
import type { WindowNote } from '../../src/journal/run-frames.ts';
import { RunJournal } from '../../src/journal/run-journal.ts';
import { UserError } from '../../src/system/errors.ts';
import { type Call, type Choose, JournalDisk, JournalTime } from '../helpers/journal-disk.ts';

const FOLDER = 'out/journal';
const FINGERPRINT = { bundle: 'abc' };
const WINDOWS = [1, 2, 3];

const note = (window: number): WindowNote => ({
  ...{ window, bytes: 100 * window, sha256: `${window}`.repeat(64), chunks: 2, frames: 3, pairs: 1 },
});
const scoresOf = (window: number) => new Float32Array([window, -window]);
const embeddingsOf = (window: number) => new Float32Array([window, 1, window, 2]);

/** What was awaited and may not get lost. */
class Promised {
  isBegun = false;
  readonly windows = new Set<number>();
  readonly rows = new Set<string>();
  readonly scores = new Set<number>();

  clear(): void {
    this.isBegun = false;
    for (const facts of [this.windows, this.rows, this.scores]) facts.clear();
  }
}

/** One process. @param until the last window that gets its scores */
async function live(files: JournalDisk, until: number, keepRows: boolean, promised: Promised): Promise<void> {
  const options = { files, clock: new JournalTime(), keepRows };
  const resumed = await RunJournal.resume(FOLDER, options);
  const journal = resumed?.journal ?? (await RunJournal.begin(FOLDER, FINGERPRINT, options));
  promised.isBegun = true;
  try {
    for (const window of WINDOWS) {
      void journal.window(note(window));
      void journal.rows(window, 'protein', new Uint32Array([0, 2]), embeddingsOf(window));
      await journal.sync();
      promised.windows.add(window);
      promised.rows.add(`${window} protein`);
      void journal.rows(window, 'nucleotide', new Uint32Array([0, 2]), embeddingsOf(window));
      if (window > until) continue;
      void journal.scores(window, scoresOf(window));
      await journal.sync();
      promised.scores.add(window);
      if (keepRows) promised.rows.add(`${window} nucleotide`);
    }
    await journal.close();
    for (const window of WINDOWS) if (window > until) promised.rows.add(`${window} nucleotide`);
    if (until < WINDOWS.length) return;
    promised.clear();
    await journal.finish();
  } finally {
    await journal.close().catch(() => undefined);
  }
}

async function script(files: JournalDisk, keepRows: boolean, promised: Promised): Promise<void> {
  await live(files, 1, keepRows, promised);
  for (const path of files.paths) files.add(path, Buffer.from('a torn tail'));
  await live(files, WINDOWS.length, keepRows, promised);
}

/** What the next process finds. */
async function check(files: JournalDisk, keepRows: boolean, promised: Promised): Promise<void> {
  const found = await RunJournal.resume(FOLDER, { files, keepRows });
  if (found === undefined) {
    expect(promised.isBegun).toBe(false);
    return;
  }
  const { stored, journal } = found;
  expect(stored.fingerprint).toEqual(FINGERPRINT);
  const rows = new Set<string>();
  for (const [window, known] of stored.windows) {
    expect(known).toEqual(note(window));
    if (stored.hasScores(window)) expect(await stored.scores(window)).toEqual(scoresOf(window));
    for await (const { encoder, rowNumbers, embeddings } of stored.rows(window)) {
      expect([[...rowNumbers], embeddings]).toEqual([[0, 2], embeddingsOf(window)]);
      rows.add(`${window} ${encoder}`);
    }
  }
  for (const window of promised.windows) expect(stored.windows.has(window)).toBe(true);
  for (const window of promised.scores) expect(stored.hasScores(window)).toBe(true);
  const needed = [...promised.rows].filter((row) => keepRows || !stored.hasScores(Number(row.split(' ')[0])));
  expect(needed.filter((row) => !rows.has(row))).toEqual([]);
  await journal.close();
  expect(files.openFiles).toBe(0);
}

/** What survives a power cut: as little, as much as possible, and things between. */
const CHOICES: readonly Choose[] = [
  () => 0,
  (most) => most,
  (most) => Math.floor(most / 2),
  (most) => Math.min(most, 1),
  (most) => Math.max(0, most - 1),
];

const CODES: readonly (readonly [Call, string])[] = [
  ...(['open', 'write', 'sync', 'syncFolder', 'truncate', 'rename', 'unlink', 'read', 'list'] as const).map(
    (call) => [call, 'EIO'] as const,
  ),
  ['write', 'ENOSPC'],
];

for (const keepRows of [false, true]) {
  test(`the run is finished when nothing is refused${keepRows ? ', rows kept' : ''}`, async () => {
    const files = new JournalDisk();
    await script(files, keepRows, new Promised());
    expect([files.paths, files.openFiles]).toEqual([[], 0]);
  });

  for (const [call, code] of CODES) {
    test(`${code} at every ${call}${keepRows ? ', rows kept' : ''}`, async () => {
      let refused = 0;
      for (let n = 0; ; n += 1) {
        /** The run, refused in its n-th call. @returns what became of it */
        const attempt = async () => {
          const [files, promised] = [new JournalDisk(), new Promised()];
          const isHit = { yes: false };
          files.refuse = (other, before) => {
            if (other !== call || before !== n) return undefined;
            isHit.yes = true;
            return code;
          };
          const error = await script(files, keepRows, promised).then(
            () => undefined,
            (reason: unknown) => reason,
          );
          files.refuse = () => undefined;
          return { files, promised, error, isHit: isHit.yes };
        };
        const { files, promised, error, isHit } = await attempt();
        if (!isHit) break;
        refused += 1;
        // Rows that could not be removed cost only space.
        if (call !== 'unlink') expect(error).toBeInstanceOf(UserError);
        if (error !== undefined) expect(String(error)).toContain(code);
        expect(files.openFiles).toBe(0);
        for (const choose of CHOICES) await check(files.afterPowerCut(choose), keepRows, promised);
        await check(files.afterKill(), keepRows, promised);
        // And the next attempt comes to its end.
        const again = files.afterPowerCut(CHOICES[n % CHOICES.length]!);
        await live(again, WINDOWS.length, keepRows, new Promised());
        expect([again.paths, again.openFiles]).toEqual([[], 0]);
      }
      const least = {
        open: 15,
        write: 15,
        sync: 10,
        syncFolder: 8,
        truncate: 2,
        rename: 1,
        unlink: 2,
        read: 30,
        list: 4,
      };
      expect(refused).toBeGreaterThanOrEqual(least[call]);
    });
  }
}
