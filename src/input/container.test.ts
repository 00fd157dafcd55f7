import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bgzip, bgzipBlock, bytesOf, gzip, ZSTD_SKIPPED, zstd } from '../../test/helpers/containers.ts';
import { UserError } from '../system/errors.ts';
import { containerOf, inspectInput } from './container.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'virnucpro-container-'));
});
afterAll(() => rm(folder, { recursive: true }));

const text = bytesOf('>a\nACGT\n');

test.each<[string, Uint8Array]>([
  ['plain', text],
  ['plain', new Uint8Array(0)],
  ['plain', bytesOf('BZ')],
  ['plain', bytesOf('PK\x03')],
  ['plain', bytesOf('P*M')],
  ['plain', Uint8Array.of(0x1f)],
  ['gzip', gzip(text)],
  ['gzip', Uint8Array.of(0x1f, 0x8b)],
  ['bgzip', bgzip(text)],
  ['bgzip', bgzipBlock(text, Uint8Array.of(0x41, 0x42, 1, 0, 7))],
  ['zstd', zstd(text)],
  ['zstd', ZSTD_SKIPPED],
])('%s is known by its first bytes under any name', async (container, bytes) => {
  const name = join(folder, 'reads.txt');
  await Bun.write(name, bytes);
  expect(await inspectInput(name)).toEqual({ name, size: bytes.length, container: container as 'plain' });
});

test.each<[string, Uint8Array]>([
  ['bzip2', bytesOf('BZh91AY')],
  ['xz', Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0)],
  ['zip', Uint8Array.of(0x50, 0x4b, 3, 4, 20, 0, 0)],
])('%s is refused, with what to do', async (kind, bytes) => {
  const name = join(folder, 'refused.fa');
  await Bun.write(name, bytes);
  const error: unknown = await inspectInput(name).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UserError);
  expect(error).toMatchObject({ where: { file: name }, exitCode: 2 });
  expect(String(error)).toMatch(
    new RegExp(`the file is ${kind}-compressed, .* Decompress it first: \\S+ .*refused.fa$`),
  );
  expect(() => containerOf(bytes, '-')).toThrow(`standard input is ${kind}-compressed`);
});

describe('what is no regular file', () => {
  test('standard input, a pipe and a device are streams, and are not opened', async () => {
    const fifo = join(folder, 'fifo');
    expect(Bun.spawnSync(['mkfifo', fifo]).exitCode).toBe(0);
    for (const name of ['-', fifo, '/dev/null']) {
      expect(await inspectInput(name)).toEqual({ name, size: undefined, container: 'stream' });
    }
  });

  test('a file without a size that has bytes is a stream', async () => {
    const name = '/proc/self/status';
    if (!(await Bun.file(name).exists())) return;
    expect(await inspectInput(name)).toEqual({ name, size: undefined, container: 'stream' });
  });
});

test('what cannot be read is named as it was typed', async () => {
  const loop = join(folder, 'loop');
  await symlink(loop, loop);
  const file = join(folder, 'plain.fa');
  await Bun.write(file, '>a\n');
  for (const [name, sentence] of [
    [join(folder, 'absent.fa'), 'there is no such file'],
    [join(file, 'below'), 'there is no such file'],
    [folder, 'this is a folder'],
    [loop, 'the link leads in a circle'],
  ] as const) {
    const error: unknown = await inspectInput(name).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({ sentence, where: { file: name }, exitCode: 2 });
  }
});
