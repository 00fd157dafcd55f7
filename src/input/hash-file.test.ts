import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashFile } from './hash-file.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'virnucpro-hash-'));
});
afterAll(() => rm(folder, { recursive: true }));

test.each([0, 1, (1 << 20) - 1, 1 << 20, 2_500_000])('the SHA-256 of %d bytes', async (length) => {
  const content = new Uint8Array(length).map((_, i) => (i * 31 + (i >> 8)) & 0xff);
  const name = join(folder, 'file');
  await Bun.write(name, content);
  const sha256 = new Bun.CryptoHasher('sha256').update(content).digest('hex');
  expect(await hashFile(name)).toEqual({ bytes: length, sha256 });
});

test('an absent file is named', async () => {
  await expect(hashFile(join(folder, 'absent'))).rejects.toThrow('absent: there is no such file');
});
