import { afterAll, expect, test } from 'bun:test';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Part } from './part.ts';

const folder = mkdtempSync(join(tmpdir(), 'virnucpro-part-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('what was taken but not yet written is saved when the process must end, and only once', async () => {
  const file = { url: 'http://127.0.0.1/a', bytes: undefined, hash: undefined, name: 'a' };
  const part = await Part.open(folder, file, new AbortController().signal, () => undefined);
  const held = () => readFileSync(join(folder, 'a.part'), 'latin1');
  await part.append(new TextEncoder().encode('abc'));
  expect(held()).toBe('');
  part.saveNow();
  expect(held()).toBe('abc');
  // It may be told of a signal and go on all the same.
  await part.append(new TextEncoder().encode('def'));
  await part.flush();
  expect([held(), part.length]).toEqual(['abcdef', 6]);
  await part.close();
  part.saveNow();
  expect(held()).toBe('abcdef');
});
