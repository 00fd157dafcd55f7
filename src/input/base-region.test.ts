import { expect, test } from 'bun:test';
import { PlainKernel } from '../../test/helpers/plain-kernel.ts';
import { BaseRegion } from './base-region.ts';

const LETTERS = Uint8Array.from({ length: 90_000 }, (_, i) => 0x41 + (i % 25));

function setUp(capacity: number, long = 1 << 20) {
  const kernel = new PlainKernel();
  const state = { calls: 0 };
  const region = new BaseRegion(kernel, capacity, 500, long, () => {
    state.calls += 1;
  });
  /** Writes letters as the kernel would, a part at a time. */
  function fill(count: number): void {
    for (let done = 0; done < count; ) {
      const part = Math.min(7, region.room, count - done);
      kernel.memory.set(LETTERS.subarray(done, done + part), region.to);
      region.filledTo(region.to + part);
      done += part;
    }
    region.close();
  }
  const text = (start: number, end: number) => {
    const address = region.locate(start, end);
    return kernel.memory.slice(address, address + end - start);
  };
  return { region, fill, text, state };
}

test('bases are found at one place, in the region and beyond it', () => {
  for (const count of [0, 1, 63, 64, 65, 128, 1000]) {
    const { region, fill, text } = setUp(64);
    for (let record = 0; record < 2; record++) {
      region.clear();
      fill(count);
      expect(region.length).toBe(count);
      for (const [start, end] of [
        [0, count],
        [count >> 1, count],
        [count, count],
        [0, count >> 1],
      ] as const) {
        expect(text(start, end)).toEqual(LETTERS.slice(start, end));
      }
    }
  }
});

test('short records are not copied', () => {
  const { region, fill } = setUp(64);
  fill(60);
  expect(region.locate(17, 20) - region.locate(0, 3)).toBe(17);
});

test('refuses what is no range of the record, and more than a chunk of a long one', () => {
  const { region, fill } = setUp(64);
  fill(80_000);
  expect(() => region.locate(-1, 2)).toThrow('of a record of 80000');
  expect(() => region.locate(3, 2)).toThrow('of a record of 80000');
  expect(() => region.locate(0, 80_001)).toThrow('of a record of 80000');
  expect(() => region.locate(0, 80_000)).toThrow('80000 bases at once');
});

test('a long record is announced once, before it becomes longer', () => {
  const { region, fill, state } = setUp(64, 128);
  fill(127);
  expect(state.calls).toBe(0);
  region.clear();
  fill(1000);
  expect(state.calls).toBe(1);
  region.clear();
  region.announce(127);
  expect(state.calls).toBe(1);
  region.announce(128);
  fill(1000);
  expect(state.calls).toBe(2);
});
