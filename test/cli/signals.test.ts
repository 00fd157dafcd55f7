/** Stopped by a person or a scheduler: the exit code a shell expects, and nothing half done is left. */

import { afterAll, beforeAll, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { Box } from '../helpers/binary.ts';
import { fixture } from '../helpers/fixtures.ts';
import { fastaOf, recordsOf } from '../helpers/tables.ts';

const box = new Box();
let model = '';

beforeAll(async () => {
  model = await box.bundle('bundle500', 500);
  // Much more work than the time a test may take: rotations of the records, all different.
  const records = recordsOf(readFileSync(fixture('sequences.fa'), 'utf8'));
  const many = Array.from({ length: 300 }, (_, i) =>
    records.map(([id, letters]) => [`${i}_${id}`, letters.slice(3 * i) + letters.slice(0, 3 * i)] as const),
  ).flat();
  box.write('many.fa', fastaOf(many));
  box.write('one.fa', '>a\nATGAAATTTGGG\n');
}, 60_000);
afterAll(() => box.remove());

/** What an interrupted run leaves is its journal. */
const withoutJournal = (folder: string) => box.list(folder).filter((name) => !name.startsWith('journal'));

/** Starts the long run and waits until its result files are being written. */
async function running(...args: string[]) {
  const child = box.start(['predict', 'many.fa', '--model', model, '-t', '1', ...args]);
  const reader = child.stderr.getReader();
  const decoder = new TextDecoder();
  let told = '';
  while (!told.includes('reading, translating')) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`the run ended: ${told}`);
    told += decoder.decode(value, { stream: true });
  }
  const rest = async (): Promise<string> => {
    let text = '';
    for (let part = await reader.read(); !part.done; part = await reader.read()) text += decoder.decode(part.value);
    return text;
  };
  return { child, rest };
}

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)(
  '%s',
  async (signal, code) => {
    const out = `out${code}`;
    const { child, rest } = await running('-o', out);
    expect(box.list(out).some((name) => name.endsWith('.partial'))).toBe(true);
    child.kill(signal);
    expect([await child.exited, child.signalCode]).toEqual([code, null]);
    expect(withoutJournal(out)).toEqual([]);
    expect(await rest()).not.toMatch(/bug|Error/);
  },
  20_000,
);

test('results that are being replaced stay as they were', async () => {
  await box.ok(['predict', 'one.fa', '--model', model, '-o', 'kept']);
  const before = withoutJournal('kept').map((name) => [name, box.text('kept', name)]);
  const { child } = await running('-o', 'kept', '--force', '--save-embeddings');
  child.kill('SIGINT');
  expect(await child.exited).toBe(130);
  expect(withoutJournal('kept').map((name) => [name, box.text('kept', name)])).toEqual(before);
}, 20_000);

test('a run killed outright leaves no file under its final name, and the next one is not in its way', async () => {
  const { child } = await running('-o', 'killed');
  child.kill('SIGKILL');
  await child.exited;
  expect(withoutJournal('killed').every((name) => name.endsWith('.partial') || name === '.virnucpro.lock')).toBe(true);
  await box.ok(['predict', 'one.fa', '--model', model, '-o', 'killed', '--force']);
  expect(box.list('killed').filter((name) => name.endsWith('.partial'))).toEqual([]);
}, 20_000);

test('a second run into the same folder is refused while the first one writes', async () => {
  const { child } = await running('-o', 'shared');
  const second = await box.run(['predict', 'one.fa', '-o', 'shared', '--force']);
  expect(second.code).toBe(2);
  expect(second.stderr).toContain('another run is writing to this folder');
  child.kill('SIGTERM');
  await child.exited;
  expect(withoutJournal('shared')).toEqual([]);
});
