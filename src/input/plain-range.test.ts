import { afterAll, afterEach, beforeAll, expect, test } from 'bun:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytesOf } from '../../test/helpers/containers.ts';
import { closeFiles } from './open-files.ts';
import { PlainRange } from './plain-range.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'virnucpro-plain-'));
});
afterEach(closeFiles);
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, text: string): Promise<string> {
  await Bun.write(join(folder, name), text);
  return join(folder, name);
}

test('reads from its offset to the end of the file, to the place it is told', async () => {
  const range = new PlainRange(await file('a.fa', '0123456789'), 3);
  const memory = new Uint8Array(8).fill(46);
  expect(range.read(memory, 2, 5)).toBe(5);
  expect(new TextDecoder().decode(memory)).toBe('..34567.');
  expect(range.read(memory, 0, 8)).toBe(2);
  expect(new TextDecoder().decode(memory)).toBe('8934567.');
  expect([range.read(memory, 0, 8), range.read(memory, 0, 8), range.cut]).toEqual([0, 0, undefined]);
});

test('reads into the memory of WebAssembly', async () => {
  const name = await file('wasm.fa', '>a\nACGT\n');
  for (const shared of [false, true]) {
    const { buffer } = new WebAssembly.Memory({ initial: 1, maximum: 1, shared });
    expect(new PlainRange(name, 1).read(new Uint8Array(buffer), 100, 50)).toBe(7);
    expect([...new Uint8Array(buffer, 99, 9)]).toEqual([0, ...bytesOf('a\nACGT\n'), 0]);
  }
});

test('beyond the end there is nothing', async () => {
  expect(new PlainRange(await file('short.fa', 'ab'), 5).read(new Uint8Array(4), 0, 4)).toBe(0);
});

test('a file that ends within its range was longer when it was cut', async () => {
  const range = new PlainRange(await file('shrunk.fa', '0123456789'), 0, 12);
  const memory = new Uint8Array(20);
  expect(range.read(memory, 0, 20)).toBe(10);
  expect(() => range.read(memory, 0, 20)).toThrow('the file shrank while it was read: it had at least 12 bytes');
});

test('several files are read in turns, more than are kept open', async () => {
  const ranges: PlainRange[] = [];
  for (let i = 0; i < 9; i++) ranges.push(new PlainRange(await file(`${i}.fa`, `${i}a${i}b`), 0));
  const memory = new Uint8Array(2);
  for (const letter of 'ab') {
    for (const [i, range] of ranges.entries()) {
      expect(range.read(memory, 0, 2)).toBe(2);
      expect(new TextDecoder().decode(memory)).toBe(`${i}${letter}`);
    }
  }
});

test('a file that went away is named', () => {
  const name = join(folder, 'gone.fa');
  expect(() => new PlainRange(name, 0).read(new Uint8Array(1), 0, 1)).toThrow(
    `${name}: the file was removed before it was read`,
  );
});
