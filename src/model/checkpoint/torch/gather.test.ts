import { describe, expect, test } from 'bun:test';
import { canGather, gather, isContiguous, type View } from './gather.ts';

/** A storage of so many elements; each byte tells its place. */
function storageOf(elements: number, size: number): Uint8Array {
  return Uint8Array.from({ length: elements * size }, (_, i) => (i * 31 + (i >> 8)) & 0xff);
}

/** What a view's elements are, one by one: the slow and obvious way. */
function oracle({ offset, shape, strides }: View, size: number, storage: Uint8Array): Uint8Array {
  const found: number[] = [];
  const walk = (depth: number, at: number): void => {
    if (depth === shape.length) found.push(...storage.subarray(at * size, at * size + size));
    else for (let i = 0; i < shape[depth]!; i++) walk(depth + 1, at + i * strides[depth]!);
  };
  walk(0, offset);
  return Uint8Array.from(found);
}

const VIEWS: Readonly<Record<string, View>> = {
  'one number': { offset: 3, shape: [], strides: [] },
  nothing: { offset: 0, shape: [0, 3], strides: [3, 1] },
  plain: { offset: 2, shape: [3, 4], strides: [4, 1] },
  'plain with a size of 1': { offset: 2, shape: [3, 1, 4], strides: [4, 99, 1] },
  transposed: { offset: 0, shape: [7, 5], strides: [1, 7] },
  permuted: { offset: 1, shape: [4, 2, 3], strides: [1, 12, 4] },
  'a column': { offset: 3, shape: [6], strides: [8] },
  'a block': { offset: 17, shape: [3, 5], strides: [8, 1] },
  expanded: { offset: 0, shape: [4, 3], strides: [0, 1] },
  'expanded within': { offset: 5, shape: [2, 4, 3], strides: [3, 0, 1] },
  'one number many times': { offset: 5, shape: [3, 4], strides: [0, 0] },
  overlapping: { offset: 0, shape: [8, 5], strides: [2, 1] },
  interleaved: { offset: 0, shape: [3, 3], strides: [5, 4] },
};

describe('elements in row-major order', () => {
  for (const [what, view] of Object.entries(VIEWS)) {
    for (const size of [1, 2, 4, 8] as const) {
      test(`${what}, ${size} bytes each, every range`, async () => {
        const storage = storageOf(64, size);
        const read = async (bytes: Uint8Array, from: number) => bytes.set(storage.subarray(from, from + bytes.length));
        const all = oracle(view, size, storage);
        const count = all.length / size;
        for (let from = 0; from <= count; from++) {
          for (let to = from; to <= count; to++) {
            const part = await gather(view, size, from, to, read);
            expect(Buffer.compare(part, all.subarray(from * size, to * size))).toBe(0);
          }
        }
      });
    }
  }
});

test('a transposed matrix larger than a window is read once, in windows', async () => {
  // 24 MB of float32: element i of the storage is i.
  const [rows, columns] = [2000, 3000];
  const reads: number[] = [];
  const read = async (bytes: Uint8Array<ArrayBuffer>, from: number) => {
    reads.push(bytes.length);
    const values = new Uint32Array(bytes.buffer);
    for (let i = 0; i < values.length; i++) values[i] = from / 4 + i;
  };
  const view = { offset: 0, shape: [columns, rows], strides: [1, columns] };
  const values = new Uint32Array((await gather(view, 4, 0, rows * columns, read)).buffer);
  let wrong = 0;
  for (let i = 0; i < values.length; i++) {
    if (values[i] !== (i % rows) * columns + Math.floor(i / rows)) wrong++;
  }
  expect(wrong).toBe(0);
  expect(Math.max(...reads)).toBe(8 << 20);
  expect(reads.reduce((sum, bytes) => sum + bytes)).toBeLessThan(1.01 * 4 * rows * columns);
});

test('what can be read in order', () => {
  const view = (shape: number[], strides: number[]) => ({ offset: 0, shape, strides });
  expect(isContiguous(view([2, 3], [3, 1]))).toBe(true);
  expect(isContiguous(view([2, 3], [4, 1]))).toBe(false);
  expect(isContiguous(view([1, 3], [9, 1]))).toBe(true);
  expect(canGather(view([1000, 1_000_000], [1, 1000]), 4)).toBe(true);
  expect(canGather(view([1000, 1000], [0, 1_000_000]), 4)).toBe(true);
  // Goes back and forth over 400 MB a thousand times.
  expect(canGather(view([1000, 1000], [100_000, 99_999]), 4)).toBe(false);
  expect(canGather(view([100, 100], [101, 99]), 4)).toBe(true);
});
