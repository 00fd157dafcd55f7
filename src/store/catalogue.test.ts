import { describe, expect, test } from 'bun:test';
import json from '../../models/catalogue.json' with { type: 'json' };
import { sha256OfFile } from '../system/sha256.ts';
import {
  catalogue,
  catalogueEntries,
  checkpointsOf,
  fileByGitSha1,
  fileBySha256,
  findEntry,
  licencesOf,
  parseCatalogue,
  publishedHeadLength,
} from './catalogue.ts';

test('names everything that can be pulled', () => {
  expect(catalogueEntries().map(({ name }) => name)).toEqual([
    'virnucpro',
    ...['esm2-3b', 'esm2-650m', 'esm2-150m', 'esm2-35m', 'esm2-8m', 'dnabert-s'],
    ...['virnucpro-head-300', 'virnucpro-head-500'],
  ]);
});

test('the bundle is made of the published parts', () => {
  const bundle = findEntry('virnucpro')!;
  expect(checkpointsOf(bundle).map(({ name }) => name)).toEqual([
    ...['dnabert-s', 'esm2-3b', 'virnucpro-head-300', 'virnucpro-head-500'],
  ]);
  expect(licencesOf(bundle)).toEqual(['Apache-2.0', 'MIT']);
  expect(licencesOf(findEntry('dnabert-s')!)).toEqual(['Apache-2.0']);
  expect(findEntry('virnucpr')).toBeUndefined();
});

test('files are found by their hashes', () => {
  const shard = '7560b46fc383c691fb74b915b7d4bcef40d3df181447f16ba4b298845e308d0c';
  expect(fileBySha256(shard)?.checkpoint.name).toBe('esm2-3b');
  expect(fileBySha256(shard)?.file.path).toBe('pytorch_model-00002-of-00002.bin');
  expect(fileByGitSha1('c2c6e65a87d9d20d47699ae236d605b80c741dd3')?.checkpoint.name).toBe('esm2-8m');
  expect(fileBySha256('0'.repeat(64))).toBeUndefined();
});

test('the published heads are known by their git hash', () => {
  expect(publishedHeadLength('a0b5b85e7c1e44f00cde146d091beb82b2c8e855')).toBe(300);
  expect(publishedHeadLength('fc35d5ef9f1f4564eea7036f34f4f8ec6000d33d')).toBe(500);
  expect(publishedHeadLength('c2c6e65a87d9d20d47699ae236d605b80c741dd3')).toBeUndefined();
  expect(publishedHeadLength('0'.repeat(40))).toBeUndefined();
});

test('what is not known stays unknown', () => {
  const index = catalogue().checkpoints[0]!.files.find(({ path }) => path === 'pytorch_model.bin.index.json')!;
  expect(index).toEqual({
    path: 'pytorch_model.bin.index.json',
    bytes: undefined,
    sha256: undefined,
    gitSha1: undefined,
  });
  const unchecked = catalogue()
    .checkpoints.flatMap(({ files }) => files)
    .filter(({ sha256, gitSha1 }) => sha256 === undefined && gitSha1 === undefined);
  expect(unchecked).toEqual([index]);
});

test('the embedded tokenizer is the published one', async () => {
  const path = new URL('../../models/tokenizer/tokenizer.json', import.meta.url).pathname;
  const known = fileBySha256(await sha256OfFile(path));
  expect([known?.checkpoint.name, known?.file.path, known?.file.bytes]).toEqual([
    ...['dnabert-s', 'tokenizer.json', Bun.file(path).size],
  ]);
});

describe('a mistake in the file is a bug that names its place', () => {
  type Json = Record<string, unknown>;
  const cases: readonly (readonly [says: string, change: (checkpoints: Json[], bundles: Json[]) => void])[] = [
    ['catalogue.checkpoints[0].name', ([first]) => Object.assign(first!, { name: 'ESM 2' })],
    ['catalogue.checkpoints[1].licence', ([, second]) => Object.assign(second!, { licence: '' })],
    ['catalogue.checkpoints[0].hub', ([first]) => Object.assign(first!, { hub: 'ftp' })],
    ['catalogue.checkpoints[0].revision', ([first]) => Object.assign(first!, { revision: 'main' })],
    ['catalogue.checkpoints[0].description', ([first]) => Object.assign(first!, { description: 'Ends so.' })],
    ['catalogue.checkpoints[0].files', ([first]) => Object.assign(first!, { files: [] })],
    ['files[0].bytes is undefined', ([first]) => Object.assign(first!, { files: [{ path: 'config.json' }] })],
    ['files[0].path', ([first]) => Object.assign(first!, { files: [{ path: '../x' }] })],
    ['files[0].path', ([first]) => Object.assign(first!, { files: [{ path: '..' }] })],
    ['with a config.json', ([first]) => Object.assign(first!, { files: (first!['files'] as unknown[]).slice(1) })],
    ['the name esm2-3b is there twice', ([, second]) => Object.assign(second!, { name: 'esm2-3b' })],
    ['the sha256 ca75d7', ([first, second]) => Object.assign(second!, { files: first!['files'] })],
    ['architecture.kind', ([first]) => Object.assign(first!['architecture'] as Json, { kind: 'mosaicbert' })],
    ['catalogue.bundles[0].protein', (_, [bundle]) => Object.assign(bundle!, { protein: 'dnabert-s' })],
    ['a classifier of 2048 inputs', (_, [bundle]) => Object.assign(bundle!, { protein: 'esm2-650m' })],
    ['heads[0]', (_, [bundle]) => Object.assign(bundle!, { heads: ['esm2-3b'] })],
    ['length of virnucpro', (_, [b]) => Object.assign(b!, { heads: ['virnucpro-head-300', 'virnucpro-head-300'] })],
  ];
  test.each(cases)('%s', (says, change) => {
    const copy = structuredClone(json) as unknown as { checkpoints: Json[]; bundles: Json[] };
    change(copy.checkpoints, copy.bundles);
    expect(() => parseCatalogue(copy)).toThrow(says);
  });

  test('another format, and no object at all', () => {
    expect(() => parseCatalogue({ ...json, format: 2 })).toThrow('catalogue.format');
    expect(() => parseCatalogue(null)).toThrow('catalogue is null');
    expect(() => parseCatalogue([])).toThrow('catalogue is []');
  });
});
