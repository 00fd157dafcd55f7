/** What --resume takes from the journal, what it refuses, and what a run that is stopped says of it. */

import { afterAll, beforeAll, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { Box } from '../helpers/binary.ts';
import { fixture } from '../helpers/fixtures.ts';
import { expectRefusal } from '../helpers/refusal.ts';
import { fastaOf, recordsOf, TABLES } from '../helpers/tables.ts';

const box = new Box();
afterAll(() => box.remove());

let model: string;
let records: [string, string][];

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
  await box.ok(predict('whole'));
});

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
