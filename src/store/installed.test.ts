import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeTinyBundle } from '../../test/helpers/tiny-bundle.ts';
import { findInstalled, listInstalled } from './installed.ts';

let root = '';
let store = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'installed-'));
  store = join(root, 'models');
  mkdirSync(store);
});
afterEach(() => rmSync(root, { recursive: true }));

const problemOf = async (name: string) => {
  const model = await findInstalled(store, name);
  return model?.state === 'broken' ? model.problem : undefined;
};

test('a store that does not exist is empty, one that is a file is told', async () => {
  expect(await listInstalled(join(store, 'absent'))).toEqual([]);
  writeFileSync(join(store, 'file'), '');
  await expect(listInstalled(join(store, 'file'))).rejects.toThrow('cannot be read (ENOTDIR)');
});

test('models are listed by name, with what is in them', async () => {
  const bytes = writeTinyBundle(join(store, 'virnucpro'), { note: 'mind this', precision: 'fp16' });
  writeTinyBundle(join(store, 'other'));
  writeTinyBundle(join(store, '.other.work'));
  writeFileSync(join(store, 'readme.txt'), '');
  const models = await listInstalled(store);
  expect(models.map(({ name, state }) => [name, state])).toEqual([
    ['other', 'sound'],
    ['virnucpro', 'sound'],
  ]);
  expect(models[1]).toMatchObject({
    ...{ name: 'virnucpro', folder: join(store, 'virnucpro'), linked: false },
    ...{ bytes, lengths: [300, 500], precision: 'fp16', note: 'mind this' },
  });
});

test('only a plain name is found', async () => {
  writeTinyBundle(join(store, 'a'));
  writeTinyBundle(join(root, 'outside'));
  expect((await findInstalled(store, 'a'))?.state).toBe('sound');
  for (const name of ['', '.', '..', '../outside', join(store, 'a'), './a', 'a/', 'b', 'a/manifest.json']) {
    expect([name, await findInstalled(store, name)]).toEqual([name, undefined]);
  }
});

test('a link to a bundle elsewhere is found and marked', async () => {
  const bytes = writeTinyBundle(join(root, 'shared'));
  symlinkSync(join(root, 'shared'), join(store, 'shared'));
  symlinkSync(join(root, 'gone'), join(store, 'gone'));
  expect(await findInstalled(store, 'shared')).toMatchObject({ state: 'sound', linked: true, bytes });
  expect(await problemOf('gone')).toBe('it is a link to a folder that is gone');
});

describe('a broken model is listed with what is wrong', () => {
  const cases: readonly (readonly [says: string, damage: (folder: string) => void])[] = [
    ['it has no manifest.json', (folder) => rmSync(join(folder, 'manifest.json'))],
    ['The manifest is damaged: it is no JSON', (folder) => truncateSync(join(folder, 'manifest.json'), 100)],
    ['The manifest is damaged: it is no JSON object', (folder) => writeFileSync(join(folder, 'manifest.json'), '[]')],
    ['its file golden.json is missing', (folder) => rmSync(join(folder, 'golden.json'))],
    ['its file protein.onnx has 3 bytes instead of 12', (folder) => truncateSync(join(folder, 'protein.onnx'), 3)],
  ];
  test.each(cases)('%s', async (says, damage) => {
    writeTinyBundle(join(store, 'm'));
    damage(join(store, 'm'));
    expect(await problemOf('m')).toBe(says);
    expect((await listInstalled(store)).map(({ name }) => name)).toEqual(['m']);
  });

  test('one of a later format', async () => {
    writeTinyBundle(join(store, 'm'), { format: 99 });
    expect(await problemOf('m')).toContain('has format 99');
  });
});
