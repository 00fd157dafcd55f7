import { describe, expect, test } from 'bun:test';
import { ChunkPlan } from './chunk.ts';

/** The method as published: a list of shifts, summed up. */
function naiveChunks(length: number, size: number): [number, number][] {
  const n = Math.ceil(length / size);
  const surplus = n * size - length;
  const low = Math.floor(surplus / n);
  const need = surplus - low * (n - 1);
  const shifts: number[] = [];
  for (let i = 0; i < need; i++) shifts.push(low + 1);
  for (let i = 0; i < n - 1 - need; i++) shifts.push(low);
  shifts.push(0);
  const chunks: [number, number][] = [];
  let shifted = 0;
  for (let i = 0; i < n; i++) {
    const start = i * size - shifted;
    chunks.push([start, Math.min(length, start + size)]);
    shifted += shifts[i]!;
  }
  return chunks;
}

function chunks(length: number, size: number): [number, number][] {
  const plan = new ChunkPlan(length, size);
  return Array.from({ length: plan.count }, (_, i) => [plan.start(i), plan.end(i)]);
}

describe('ChunkPlan', () => {
  test.each<[number, number, [number, number][]]>([
    [500, 1, [[0, 1]]],
    [500, 500, [[0, 500]]],
    [
      500,
      501,
      [
        [0, 500],
        [250, 501],
      ],
    ],
    [
      500,
      600,
      [
        [0, 500],
        [299, 600],
      ],
    ],
    [
      500,
      750,
      [
        [0, 500],
        [374, 750],
      ],
    ],
    [
      500,
      999,
      [
        [0, 500],
        [499, 999],
      ],
    ],
    [
      500,
      1000,
      [
        [0, 500],
        [500, 1000],
      ],
    ],
    [
      500,
      1001,
      [
        [0, 500],
        [333, 833],
        [666, 1001],
      ],
    ],
    [
      500,
      1200,
      [
        [0, 500],
        [399, 899],
        [798, 1200],
      ],
    ],
    [
      500,
      1501,
      [
        [0, 500],
        [375, 875],
        [750, 1250],
        [1125, 1501],
      ],
    ],
    [
      300,
      301,
      [
        [0, 300],
        [150, 301],
      ],
    ],
    [
      300,
      749,
      [
        [0, 300],
        [249, 549],
        [498, 749],
      ],
    ],
    [
      300,
      1001,
      [
        [0, 300],
        [250, 550],
        [500, 800],
        [750, 1001],
      ],
    ],
  ])('size %d, length %d', (size, length, expected) => {
    expect(chunks(length, size)).toEqual(expected);
  });

  test.each<[number, number, number, number[], number[]]>([
    [500, 29903, 60, [0, 498, 996], [28904, 29403]],
    [500, 48502, 98, [0, 494, 988], [47507, 48002]],
    [300, 29903, 100, [0, 299, 598], [29603]],
  ])('size %d, length %d has %d chunks', (size, length, count, first, last) => {
    const all = chunks(length, size);
    expect(all).toHaveLength(count);
    expect(all.slice(0, first.length).map(([start]) => start)).toEqual(first);
    expect(all.slice(-last.length).map(([start]) => start)).toEqual(last);
    expect(all.at(-1)).toEqual([last.at(-1)!, last.at(-1)! + size]);
  });

  test('equals the list of shifts for every length up to 5000', () => {
    for (const size of [1, 2, 3, 7, 60, 300, 499, 500, 5001]) {
      for (let length = 1; length <= 5000; length++) {
        const plan = new ChunkPlan(length, size);
        const expected = naiveChunks(length, size);
        let same = plan.count === expected.length;
        for (let i = 0; same && i < plan.count; i++) {
          same = plan.start(i) === expected[i]![0] && plan.end(i) === expected[i]![1];
        }
        if (!same) expect(chunks(length, size)).toEqual(expected); // prints the length that differs
      }
    }
  });

  test('has no chunk in an empty record', () => {
    expect(new ChunkPlan(0, 500).count).toBe(0);
  });

  test.each([2 ** 31 + 1, 2 ** 32 + 123, 2 ** 40, 2 ** 40 + 1])(
    'length %d is cut without int32 arithmetic',
    (length) => {
      const plan = new ChunkPlan(length, 500);
      // The same sums in whole numbers of any size.
      const n = (BigInt(length) + 499n) / 500n;
      const surplus = n * 500n - BigInt(length);
      const low = surplus / n;
      const need = surplus - low * (n - 1n);
      const start = (i: bigint) => i * (500n - low) - (i < need ? i : need);
      expect(BigInt(plan.count)).toBe(n);
      for (const i of [0n, 1n, n / 2n, n - 2n, n - 1n]) expect(BigInt(plan.start(Number(i)))).toBe(start(i));
      expect(plan.end(plan.count - 1)).toBe(length);
    },
  );

  test('refuses what is no length, no size, no chunk', () => {
    expect(() => new ChunkPlan(10, 0)).toThrow('chunk size 0');
    expect(() => new ChunkPlan(10, 2.5)).toThrow('chunk size 2.5');
    expect(() => new ChunkPlan(-1, 500)).toThrow('length -1');
    expect(() => new ChunkPlan(10, 500).start(1)).toThrow('chunk 1 of 1');
  });
});
