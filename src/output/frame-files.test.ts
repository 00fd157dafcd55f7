import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { bytesOf } from '../../test/helpers/containers.ts';
import { emptyText, type FrameFileNames, FrameFiles, frameFileName, refuseExisting } from './frame-files.ts';

const OPEN: FrameFileNames = {
  frames: 'open',
  streams: ['nucleotide', 'protein'],
  length: 500,
  compression: undefined,
};

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'virnucpro-frames-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('names are those of the original tool, but for frames that it does not write', () => {
  expect(frameFileName('reads', 'nucleotide', OPEN)).toBe('reads_identified_nucleotide.fa');
  expect(frameFileName('reads', 'protein', OPEN)).toBe('reads_identified_protein.faa');
  expect(frameFileName('reads', 'chunks', { ...OPEN, length: 300 })).toBe('reads_chunked300.fa');
  expect(frameFileName('reads', 'protein', { ...OPEN, frames: 'all', compression: 'gzip' })).toBe(
    'reads_all_frames_protein.faa.gz',
  );
  expect(frameFileName('reads', 'chunks', { ...OPEN, compression: 'zstd' })).toBe('reads_chunked500.fa.zst');
});

test('files that are there are refused by name, three of them, or replaced', () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  expect(() => refuseExisting(folder, names, false)).not.toThrow();
  writeFileSync(join(folder, 'b'), '');
  expect(() => refuseExisting(folder, names, false)).toThrow('already: b. Choose');
  for (const name of names) writeFileSync(join(folder, name), '');
  expect(() => refuseExisting(folder, names, false)).toThrow('a, b, c and 2 more');
  expect(() => refuseExisting(folder, names, true)).not.toThrow();
});

describe('FrameFiles', () => {
  test('each input has its files; none has its name before commit', async () => {
    const files = new FrameFiles(folder, ['x', 'y'], OPEN);
    files.write(0, 'protein', bytesOf('>a\nM\n'));
    files.write(1, 'nucleotide', bytesOf('>b\nATG\n'));
    files.write(0, 'protein', bytesOf('>c\nK\n'));
    expect(readdirSync(folder).every((name) => name.endsWith('.partial'))).toBe(true);
    const names = [
      'x_identified_nucleotide.fa',
      'x_identified_protein.faa',
      'y_identified_nucleotide.fa',
      'y_identified_protein.faa',
    ];
    expect(files.commit()).toEqual(names);
    expect(readdirSync(folder).sort()).toEqual(names);
    const texts = await Promise.all(names.map((name) => Bun.file(join(folder, name)).text()));
    expect(texts).toEqual(['', '>a\nM\n>c\nK\n', '>b\nATG\n', '']);
    files.abort();
    expect(readdirSync(folder)).toHaveLength(4);
  });

  test('given up, nothing is left', () => {
    const files = new FrameFiles(folder, ['x'], OPEN);
    files.write(0, 'protein', bytesOf('>a\nM\n'));
    files.abort();
    files.abort();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('when one cannot be made, the others are removed', () => {
    const stems = ['x', `${'y'.repeat(300)}`];
    expect(() => new FrameFiles(folder, stems, OPEN)).toThrow();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('what was not asked for cannot be written', () => {
    const files = new FrameFiles(folder, ['x'], OPEN);
    expect(() => files.write(0, 'chunks', bytesOf('x'))).toThrow('no file for chunks of input 0');
    expect(() => files.write(1, 'protein', bytesOf('x'))).toThrow('of input 1');
    files.abort();
  });

  test.each([
    ['gzip', gunzipSync],
    ['zstd', zstdDecompressSync],
  ] as const)('a %s file without text is one all the same', async (compression, unpack) => {
    const [, name] = new FrameFiles(folder, ['x'], { ...OPEN, compression }).commit();
    const bytes = await Bun.file(join(folder, name!)).bytes();
    expect(bytes.length).toBeGreaterThan(0);
    expect(unpack(bytes)).toHaveLength(0);
    expect(emptyText(undefined)).toHaveLength(0);
  });
});
