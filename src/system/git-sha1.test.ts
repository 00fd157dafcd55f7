import { afterAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gitSha1OfFile } from './git-sha1.ts';

const folder = mkdtempSync(join(tmpdir(), 'git-sha1-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('is what `git hash-object` prints', async () => {
  const path = join(folder, 'file');
  writeFileSync(path, '');
  expect(await gitSha1OfFile(path)).toBe('e69de29bb2d1d6434b8b29ae775ad8c2e48c5391');
  writeFileSync(path, 'hello\n');
  expect(await gitSha1OfFile(path)).toBe('ce013625030ba8dba906f756967f9e9ca394464a');
});
