/**
 * Files that somebody made to be believed, or to run: each is refused as a classifier by a sentence that names it, soon, and
 * leaves nothing behind. What is wrong with each stands in INDEX.tsv beside them. A refusal takes some milliseconds; the limit
 * is there for one that does not end.
 */

import { afterAll, expect, test } from 'bun:test';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { openClassifier } from '../../src/model/checkpoint/classifier.ts';
import { UserError } from '../../src/system/errors.ts';
import { fixture } from '../helpers/fixtures.ts';

const NAMES = [
  ...['hidden.weight', 'hidden.bias', 'batch_norm.weight', 'batch_norm.bias', 'batch_norm.mean', 'batch_norm.variance'],
  ...['output.weight', 'output.bias'],
] as const;
/** The files would write beside themselves, or where the process stands. */
const WRITTEN = /hostile_(was_here|outside)/;
const LIMIT_MILLISECONDS = 20_000;

const folder = fixture('hostile');
const [, ...lines] = readFileSync(join(folder, 'INDEX.tsv'), 'utf8').trimEnd().split('\n');
const here = mkdtempSync(join(tmpdir(), 'virnucpro-hostile-'));
const before = process.cwd();
process.chdir(here);
afterAll(() => {
  process.chdir(before);
  rmSync(here, { recursive: true });
});

async function openAndReadAll(path: string): Promise<void> {
  const weights = await openClassifier(path);
  try {
    for (const name of NAMES) await weights.read(name);
  } finally {
    await weights.close();
  }
}

test('there are as many as there were', () => expect(lines.length).toBe(89));

test.each(lines.map((line) => line.split('\t') as [string, string, string]))('%s (%s): %s', async (file) => {
  // An index is given as people do: by its folder.
  const path = join(folder, file.endsWith('.index.json') ? dirname(file) : file);
  const began = performance.now();
  const refusal = await openAndReadAll(path).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(performance.now() - began).toBeLessThan(LIMIT_MILLISECONDS);
  expect(refusal).toBeInstanceOf(UserError);
  const { sentence, remedy, where } = refusal as UserError;
  expect([sentence.length > 10, remedy.length > 10]).toEqual([true, true]);
  expect(where.file ?? '').toContain(basename(dirname(join(folder, file))));
  const written = [here, folder, dirname(folder)]
    .flatMap((place) => readdirSync(place))
    .filter((one) => WRITTEN.test(one));
  expect(written).toEqual([]);
});
