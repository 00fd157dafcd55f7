import { afterEach, beforeEach, expect, test } from 'bun:test';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NpyWriter, npyHeader } from './npy.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'npy-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('the header is the one numpy writes', () => {
  const header = Buffer.from(npyHeader(12, 768));
  expect(header.length).toBe(128);
  expect(header.subarray(0, 10).toString('hex')).toBe('934e554d505901007600');
  expect(header.subarray(10).toString('latin1')).toBe(
    `${"{'descr': '<f4', 'fortran_order': False, 'shape': (12, 768), }".padEnd(117)}\n`,
  );
});

test('the largest number of rows fits the header', () => {
  expect(npyHeader(Number.MAX_SAFE_INTEGER, 2560).length).toBe(128);
});

test('rows come back as they were, and their number is in the header', () => {
  const path = join(folder, 'a.npy');
  const file = new NpyWriter(path, 3);
  file.rows(Float32Array.of(1, 2, 3, 4, 5, 6));
  file.rows(new Float32Array(0));
  // A view into a larger buffer: only its own numbers are written.
  file.rows(Float32Array.of(0, 7, 8, 9, 0).subarray(1, 4));
  file.commit();
  const bytes = readFileSync(path);
  expect(bytes.subarray(0, 128).equals(Buffer.from(npyHeader(3, 3)))).toBe(true);
  expect([...new Float32Array(new Uint8Array(bytes.subarray(128)).buffer)]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test('a part of a row is a bug', () => {
  const file = new NpyWriter(join(folder, 'a.npy'), 3);
  expect(() => file.rows(new Float32Array(4))).toThrow('4 numbers are no rows of 3');
  file.abort();
});
