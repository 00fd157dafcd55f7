import { afterAll, expect, test } from 'bun:test';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ShardWriter } from './shards.ts';

const root = mkdtempSync(join(tmpdir(), 'shards-'));
afterAll(() => rmSync(root, { recursive: true }));

const numbers = (count: number, first: number) => Float32Array.from({ length: count }, (_, i) => first + i);

test('slices are aligned, do not overlap, and read back; a file is begun before it would grow too large', () => {
  const folder = mkdtempSync(join(root, 's-'));
  const shards = new ShardWriter(folder, 'w', 20_000);
  const counts = [3, 100, 1024, 5, 2000, 1, 1023, 6000, 2];
  const slices = counts.map((count, i) => ({
    data: numbers(count, 1000 * i),
    slice: shards.append(numbers(count, 1000 * i)),
  }));
  shards.close();
  shards.close();
  expect(shards.files).toEqual(['w-00001.bin', 'w-00002.bin', 'w-00003.bin', 'w-00004.bin']);
  const ends = new Map<string, number>();
  for (const { data, slice } of slices) {
    expect(slice.bytes).toBe(4 * data.length);
    expect(slice.offset % (slice.bytes < 4096 ? 64 : 4096)).toBe(0);
    expect(slice.offset).toBeGreaterThanOrEqual(ends.get(slice.file) ?? 0);
    ends.set(slice.file, slice.offset + slice.bytes);
    const file = readFileSync(join(folder, slice.file));
    expect(new Float32Array(new Uint8Array(file.subarray(slice.offset, slice.offset + slice.bytes)).buffer)).toEqual(
      data,
    );
    // Only a tensor that is larger by itself may pass the size.
    if (slice.offset > 0) expect(slice.offset + slice.bytes).toBeLessThanOrEqual(20_000);
  }
});

test('a view into a larger buffer is written, not the buffer', () => {
  const folder = mkdtempSync(join(root, 's-'));
  const shards = new ShardWriter(folder, 'w');
  const { bytes } = shards.append(numbers(10, 0).subarray(4, 6));
  shards.close();
  expect(bytes).toBe(8);
  expect([...new Float32Array(new Uint8Array(readFileSync(join(folder, 'w-00001.bin'))).buffer)]).toEqual([4, 5]);
});

test('a file that is there already is not overwritten', () => {
  const folder = mkdtempSync(join(root, 's-'));
  const first = new ShardWriter(folder, 'w');
  first.append(numbers(1, 0));
  first.close();
  expect(() => new ShardWriter(folder, 'w').append(numbers(1, 0))).toThrow('EEXIST');
});
