import { afterAll, expect, test } from 'bun:test';
import { mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspectInput } from './container.ts';
import { InputStates } from './input-states.ts';

const folder = mkdtempSync(join(tmpdir(), 'virnucpro-input-states-'));
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  utimesSync(path, 9, 9);
  return path;
}

const statesOf = async (...paths: string[]) => new InputStates(await Promise.all(paths.map(inspectInput)));

test('a file may change once it was read, not before', async () => {
  const [a, b] = [write('a', '>a\nACGT\n'), write('b', '>b\nACGT\n')];
  const states = await statesOf(a, '-', b);
  states.endBefore(1);
  writeFileSync(a, 'more', { flag: 'a' });
  states.endBefore(2);
  expect(states.changedSince()).toEqual([a]);
  writeFileSync(b, 'more', { flag: 'a' });
  expect(() => states.endBefore(3)).toThrow(
    `${b}: the file grew while it was read: it had 8 bytes and has 12 bytes now`,
  );
});

test('another file in its place is told as that', async () => {
  const path = write('c', '>c\nACGT\n');
  const states = await statesOf(path);
  renameSync(write('d', '>d\nAC\n'), path);
  expect(() => states.endBefore(1)).toThrow('another file was put in its place while it was read');
});

test('of the same size and time it may be the same file with a new number, and a file that was removed was read', async () => {
  const [path, other] = [write('e', '>e\nACGT\n'), write('f', '>e\nACGT\n')];
  const states = await statesOf(path);
  renameSync(other, path);
  states.endBefore(1);
  rmSync(path);
  const gone = await statesOf(write('g', '>g\n'));
  rmSync(join(folder, 'g'));
  gone.endBefore(1);
  expect(gone.changedSince()).toEqual([]);
});
