import { afterEach, beforeEach, expect, test } from 'bun:test';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeTinyBundle } from '../../test/helpers/tiny-bundle.ts';
import { removeInstalled } from './remove.ts';

let root = '';
let store = '';
let model = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'remove-'));
  store = join(root, 'models');
  model = join(store, 'm');
  mkdirSync(store);
});
afterEach(() => rmSync(root, { recursive: true }));

test('a model is gone, its neighbour is not, and the bytes are told', async () => {
  const bytes = writeTinyBundle(model);
  writeTinyBundle(join(store, 'n'));
  expect(await removeInstalled(store, 'm')).toBe(bytes);
  expect(readdirSync(store)).toEqual(['n']);
});

test('a broken model can be removed', async () => {
  writeTinyBundle(model);
  writeFileSync(join(model, 'manifest.json'), 'damaged');
  await removeInstalled(store, 'm');
  expect(readdirSync(store)).toEqual([]);
});

test('nothing outside the store', async () => {
  writeTinyBundle(join(root, 'outside'));
  symlinkSync(join(root, 'outside'), join(store, 'link'));
  for (const name of ['../outside', '..', '.', '', join(root, 'outside'), 'absent']) {
    await expect(removeInstalled(store, name)).rejects.toThrow('There is no installed model');
  }
  await expect(removeInstalled(store, 'link')).rejects.toThrow('link is only a link to a folder elsewhere');
  expect(readdirSync(join(root, 'outside'))).toContain('manifest.json');
  expect(readdirSync(store)).toEqual(['link']);
});

test('a link inside a model is removed, not what it points at', async () => {
  writeTinyBundle(model);
  rmSync(join(model, 'golden.json'));
  writeFileSync(join(root, 'precious.json'), 'golden.json');
  symlinkSync(join(root, 'precious.json'), join(model, 'golden.json'));
  await removeInstalled(store, 'm');
  expect(existsSync(model)).toBe(false);
  expect(existsSync(join(root, 'precious.json'))).toBe(true);
});

test('only what is a bundle', async () => {
  mkdirSync(model);
  writeFileSync(join(model, 'thesis.doc'), '');
  await expect(removeInstalled(store, 'm')).rejects.toThrow('m is no model: it has no manifest.json');
  writeFileSync(join(store, 'file'), '');
  await expect(removeInstalled(store, 'file')).rejects.toThrow('There is no installed model');
  expect(readdirSync(model)).toEqual(['thesis.doc']);
});

test('a folder that holds something else is left alone, sound or broken', async () => {
  for (const damage of [false, true]) {
    for (const [entry, make] of [
      ['notes.txt', () => writeFileSync(join(model, 'notes.txt'), '')],
      ['mine.json', () => mkdirSync(join(model, 'mine.json'))],
    ] as const) {
      writeTinyBundle(model);
      make();
      if (damage) writeFileSync(join(model, 'manifest.json'), 'damaged');
      await expect(removeInstalled(store, 'm')).rejects.toThrow(`also holds "${entry}"`);
      expect(readdirSync(model)).toContain(entry);
      rmSync(model, { recursive: true });
    }
  }
});
