/**
 * Runs that are killed at any moment and go on: the same bytes as of a run that nobody disturbed. VIRNUCPRO_KILLS asks for more
 * of them (200 before a release), VIRNUCPRO_SEED for other moments.
 */

import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { Box } from '../helpers/binary.ts';
import { fixture } from '../helpers/fixtures.ts';
import { expectRefusal } from '../helpers/refusal.ts';
import { fastaOf, recordsOf } from '../helpers/tables.ts';

const KILLS = Number(process.env['VIRNUCPRO_KILLS'] ?? 3);
const SEED = Number(process.env['VIRNUCPRO_SEED'] ?? 1);
const TABLES = ['prediction_results.txt', 'prediction_results_highestscore.csv', 'chunks.tsv', 'sequences.tsv'];

const box = new Box();
afterAll(() => box.remove());

let state = SEED;
/** Uniform in [0, 1), from the seed. */
function random(): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
}

let model: string;
let records: [string, string][];
/** Of the undisturbed run, milliseconds. */
let whole: number;

const tablesOf = (folder: string) => TABLES.map((name) => box.text(folder, name));
const resumedOf = (folder: string): number => JSON.parse(box.text(folder, 'summary.json')).counts.resumed;
const predict = (folder: string, ...more: string[]) => [
  ...['predict', 'many.fa', '--model', model, '-o', folder, '--threads', '2'],
  ...more,
];

beforeAll(async () => {
  model = await box.bundle('bundle', 500);
  const known = recordsOf(readFileSync(fixture('sequences.fa'), 'utf8'));
  // Different ones, so that nothing is computed once for all.
  records = Array.from({ length: 6 }, (_, i) =>
    known.map(([id, letters]): [string, string] => [`${i}_${id}`, letters.slice(7 * i) + letters.slice(0, 7 * i)]),
  ).flat();
  box.write('many.fa', fastaOf(records));
  const began = performance.now();
  await box.ok(predict('whole'));
  whole = performance.now() - began;
});

/** Starts a run and kills it after so many milliseconds, or lets it end before. */
async function killedAfter(milliseconds: number, args: readonly string[]): Promise<void> {
  const child = box.start(args);
  const timer = setTimeout(() => child.kill('SIGKILL'), milliseconds);
  await child.exited;
  clearTimeout(timer);
}

/** Starts a run and kills it as soon as a checkpoint holds records. */
async function killedAtCheckpoint(folder: string): Promise<void> {
  const child = box.start(predict(folder, '--progress', 'json'));
  let text = '';
  for await (const piece of child.stderr.pipeThrough(new TextDecoderStream())) {
    text += piece;
    if (!/"event":"checkpoint","records":[1-9]/.test(text)) continue;
    child.kill('SIGKILL');
    break;
  }
  expect(await child.exited).not.toBe(0);
}

describe(`killed, seed ${SEED}`, () => {
  for (let kill = 0; kill < KILLS; kill += 1) {
    test(`run ${kill + 1} of ${KILLS} ends in the same bytes`, async () => {
      const folder = `k${kill}`;
      const times = 1 + Math.floor(3 * random());
      for (let i = 0; i < times; i += 1) await killedAfter(whole * random(), predict(folder, '--resume'));
      await box.ok(predict(folder, '--resume'));
      expect(tablesOf(folder)).toEqual(tablesOf('whole'));
      expect(box.exists(folder, 'journal')).toBe(false);
    });
  }

  test('what a checkpoint told is taken from the journal', async () => {
    await killedAtCheckpoint('checked');
    await box.ok(predict('checked', '--resume'));
    expect(tablesOf('checked')).toEqual(tablesOf('whole'));
    expect(resumedOf('checked')).toBeGreaterThan(0);
  });

  test('a folder with an interrupted run is refused, unless it goes on or begins anew', async () => {
    await killedAtCheckpoint('left');
    expectRefusal(await box.run(predict('left')), ['interrupted', '--resume', '--force']);
    expectRefusal(await box.run(predict('left', '--resume', '--batch-tokens', '77')), ['--batch-tokens', '77', '4096']);
    expectRefusal(await box.run(predict('left', '--resume', '--force')), ['exclude each other']);
    // Another content, not another name or time, is another input.
    const [first, ...others] = records;
    const changed = `${first![1].slice(0, -1)}${first![1].endsWith('A') ? 'C' : 'A'}`;
    box.write('many.fa', fastaOf([[first![0], changed], ...others]));
    expectRefusal(await box.run(predict('left', '--resume')), ['many.fa', 'content']);
    box.write('many.fa', fastaOf(records));
    await box.ok(predict('left', '--resume'));
    expect(tablesOf('left')).toEqual(tablesOf('whole'));
  });

  test('a finished run that is resumed is left as it is', async () => {
    const before = box.text('whole', 'summary.json');
    const { stderr } = await box.ok(predict('whole', '--resume'));
    expect(stderr).toContain('finished already');
    expect(box.text('whole', 'summary.json')).toBe(before);
    expectRefusal(await box.run(predict('whole', '--resume', '--min-length', '9')), ['--min-length', '--force']);
  });

  test('Ctrl-C: the command that goes on is told, and it does', async () => {
    const child = box.start(predict('stopped', '--progress', 'json'));
    let text = '';
    for await (const piece of child.stderr.pipeThrough(new TextDecoderStream())) {
      if (text.includes('"event":"checkpoint"') || !`${text}${piece}`.includes('"event":"checkpoint"')) text += piece;
      else {
        text += piece;
        child.kill('SIGINT');
      }
    }
    expect(await child.exited).toBe(130);
    const last = JSON.parse(text.trimEnd().split('\n').at(-1)!);
    expect(last).toMatchObject({ event: 'interrupted', signal: 'SIGINT', exit_code: 130 });
    expect(last.resume).toEndWith('--resume');
    await box.ok(predict('stopped', '--resume'));
    expect(tablesOf('stopped')).toEqual(tablesOf('whole'));
  });
});
