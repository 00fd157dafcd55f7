import { afterAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256OfBytes, sha256OfFile } from './sha256.ts';

const folder = mkdtempSync(join(tmpdir(), 'sha256-'));
afterAll(() => rmSync(folder, { recursive: true }));

// FIPS 180-4's own examples.
const ABC = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

test('of bytes', () => {
  expect([sha256OfBytes('abc'), sha256OfBytes(new Uint8Array(0))]).toEqual([ABC, EMPTY]);
});

test('of files, also longer than a block', async () => {
  const file = (name: string, bytes: Uint8Array | string) => {
    writeFileSync(join(folder, name), bytes);
    return sha256OfFile(join(folder, name));
  };
  expect(await file('abc', 'abc')).toBe(ABC);
  expect(await file('empty', '')).toBe(EMPTY);
  const long = new Uint8Array(2 ** 20 + 5).map((_, i) => i % 251);
  expect(await file('long', long)).toBe(sha256OfBytes(long));
  expect(await file('block', long.subarray(0, 2 ** 20))).toBe(sha256OfBytes(long.subarray(0, 2 ** 20)));
  await expect(sha256OfFile(join(folder, 'absent'))).rejects.toThrow('ENOENT');
});
