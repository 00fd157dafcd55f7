/** INDEX.tsv names every specimen, as it is. `npm run docs` writes it. */

import { expect, test } from 'bun:test';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUNDLES } from './bundles.ts';
import { indexText } from './index.ts';
import { OPTIONS } from './options.ts';

const FILE = join(import.meta.dir, 'INDEX.tsv');

test('the index is complete', () => {
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(FILE, indexText());
  expect(readFileSync(FILE, 'utf8')).toBe(indexText());
});

test('every specimen has a name of its own', () => {
  const lines = indexText().trimEnd().split('\n').slice(1);
  const names = lines.map((line) => line.split('\t').slice(0, 2).join(' '));
  expect(new Set(names).size).toBe(names.length);
  for (const line of lines) expect(line.split('\t').length).toBe(6);
  expect(Math.min(BUNDLES.length, OPTIONS.length)).toBeGreaterThan(10);
});
