import { afterAll, expect, test } from 'bun:test';
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fixture } from '../../../test/helpers/fixtures.ts';
import { ChangedCheckpoints, f32, writeSafetensors } from '../../../test/helpers/safetensors.ts';
import { openTensors } from './locate.ts';
import type { TensorSource } from './source.ts';

const copies = new ChangedCheckpoints();
afterAll(() => copies.remove());

/** Two shards of a number each, and an index that says so. */
function sharded(change: Record<string, unknown> = {}): string {
  const folder = copies.folder();
  writeSafetensors(join(folder, 'one.safetensors'), new Map([['a', f32([1], [1])]]));
  writeSafetensors(join(folder, 'two.safetensors'), new Map([['b', f32([2], [2, 3])]]));
  const index = { metadata: { total_size: 12 }, weight_map: { a: 'one.safetensors', b: 'two.safetensors' }, ...change };
  writeFileSync(join(folder, 'model.safetensors.index.json'), JSON.stringify(index));
  return folder;
}

const use = (source: TensorSource) => Promise.resolve(source);

test('tensors of all shards are one checkpoint', async () => {
  const folder = sharded();
  const source = await openTensors(folder, use);
  expect(source.files.map((file) => basename(file))).toEqual([
    'model.safetensors.index.json',
    'one.safetensors',
    'two.safetensors',
  ]);
  expect([...source.tensors.keys()]).toEqual(['a', 'b']);
  expect([...(await source.readFloat32('b', 1))]).toEqual([3]);
  await source.close();
  await expect(source.readFloat32('a')).rejects.toThrow();
});

test('what a shard holds beyond the index is there too', async () => {
  const source = await openTensors(sharded({ weight_map: { a: 'one.safetensors', b: 'two.safetensors' } }), use);
  expect(source.tensors.size).toBe(2);
  await source.close();
});

test.each<[string, Record<string, unknown>, string]>([
  ['a file outside of the folder', { weight_map: { a: '../one.safetensors' } }, 'is no plain file name'],
  ['a path of Windows', { weight_map: { a: 'C:one.safetensors' } }, 'is no plain file name'],
  ['a hidden file', { weight_map: { a: '.one' } }, 'is no plain file name'],
  ['a number', { weight_map: { a: 1 } }, 'to something that is no file name'],
  ['no map', { weight_map: undefined }, 'has no weight_map'],
  ['a list', { weight_map: ['one.safetensors'] }, 'has no weight_map'],
  ['nothing', { weight_map: {} }, 'names no tensors'],
  ['an absent file', { weight_map: { a: 'three.safetensors' } }, 'three.safetensors'],
  ['the wrong file', { weight_map: { a: 'two.safetensors', b: 'two.safetensors' } }, '"a" is not in "two.safetensors"'],
])('refuses an index that names %s', async (_, change, said) => {
  await expect(openTensors(sharded(change), use)).rejects.toThrow(said);
});

test('refuses a tensor in two shards, an index that is no JSON, and too many files', async () => {
  const twice = sharded();
  writeSafetensors(
    join(twice, 'two.safetensors'),
    new Map([
      ['a', f32([1], [1])],
      ['b', f32([1], [1])],
    ]),
  );
  await expect(openTensors(twice, use)).rejects.toThrow('tensor "a" stands in two of its files');
  const broken = sharded();
  writeFileSync(join(broken, 'model.safetensors.index.json'), '{"weight_map":');
  await expect(openTensors(broken, use)).rejects.toThrow('not valid JSON');
  const map = Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [`t${i}`, `f${i}.bin`]));
  await expect(openTensors(sharded({ weight_map: map }), use)).rejects.toThrow('names 1001 files');
});

test('a shard cut at every hundredth is refused', async () => {
  const whole = fixture('esm2', 'hf_sharded_bin');
  const folder = copies.folder();
  for (const name of readdirSync(whole)) copyFileSync(join(whole, name), join(folder, name));
  const [shard = ''] = readdirSync(whole).filter((name) => name.endsWith('.bin'));
  const bytes = readFileSync(join(whole, shard));
  for (let part = 0; part < 100; part += 1) {
    rmSync(join(folder, shard));
    writeFileSync(join(folder, shard), bytes.subarray(0, Math.floor((bytes.length * part) / 100)));
    await expect(openTensors(folder, use)).rejects.toThrow(shard);
  }
});
