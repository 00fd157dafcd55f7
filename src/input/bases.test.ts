import { describe, expect, test } from 'bun:test';
import { BaseStore } from './bases.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

function text(store: BaseStore, start = 0, end = store.length): string {
  const target = new Uint8Array(end - start);
  store.copy(start, end, target);
  return new TextDecoder().decode(target);
}

describe('BaseStore', () => {
  test('appends over the edges of segments', () => {
    const store = new BaseStore(4);
    store.append(bytes('xACGx'), 1, 4);
    store.append(bytes('TTTTTTTTAA'), 0, 10);
    expect(text(store)).toBe('ACGTTTTTTTTAA');
    expect(text(store, 2, 9)).toBe('GTTTTTT');
    expect(text(store, 4, 4)).toBe('');
    expect(store.capacity).toBe(16);
  });

  test('gives a view where a range lies in one segment, and none elsewhere', () => {
    const store = new BaseStore(4);
    store.append(bytes('ACGTNN'), 0, 6);
    expect(store.view(1, 4)).toEqual(bytes('CGT'));
    expect(store.view(4, 6)).toEqual(bytes('NN'));
    expect(store.view(3, 5)).toBeUndefined();
    expect(new BaseStore(4).view(0, 0)).toEqual(new Uint8Array(0));
  });

  test('clear gives memory back but keeps a little', () => {
    const store = new BaseStore(4);
    store.append(new Uint8Array(100), 0, 100);
    expect(store.capacity).toBe(100);
    store.clear();
    expect(store.length).toBe(0);
    expect(store.capacity).toBe(16);
    store.append(bytes('ACGTACGT'), 0, 8);
    expect(text(store)).toBe('ACGTACGT');
  });

  test('refuses a range outside the record', () => {
    const store = new BaseStore(4);
    store.append(bytes('ACGT'), 0, 4);
    for (const [start, end] of [
      [-1, 2],
      [3, 2],
      [0, 5],
    ] as const) {
      expect(() => store.view(start, end)).toThrow('of a record of 4');
      expect(() => store.copy(start, end, new Uint8Array(9))).toThrow('of a record of 4');
    }
  });

  test('holds more than 2^32 bases', () => {
    // All segments are the same 16 MiB, so that the test needs no 4 GiB; only the arithmetic is looked at.
    const segmentBytes = 1 << 24;
    const shared = new Uint8Array(segmentBytes);
    const store = new BaseStore(segmentBytes, () => shared);
    for (let i = 0; i < 256; i++) store.append(shared, 0, segmentBytes);
    store.append(bytes('ACGT'), 0, 4);
    expect(store.length).toBe(2 ** 32 + 4);
    expect(text(store, 2 ** 32, 2 ** 32 + 4)).toBe('ACGT');
    expect(store.view(2 ** 32 + 1, 2 ** 32 + 3)).toEqual(bytes('CG'));
    expect(store.capacity).toBe(257 * segmentBytes);
  });
});
