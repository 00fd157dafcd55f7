import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { IdHasher, IdSet } from './id-set.ts';

const word = fc.oneof(fc.constantFrom(0, 1, 2, 255, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff), fc.nat(2 ** 32 - 1));

describe('IdSet', () => {
  test('says of every hash whether it is new', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(word, word), { maxLength: 400 }), (hashes) => {
        const set = new IdSet();
        const seen = new Set<string>();
        for (const [low, high] of hashes) {
          // 0 0 marks a free slot and is taken for 1 0.
          const key = low === 0 && high === 0 ? '1 0' : `${low} ${high}`;
          expect(set.add(low, high)).toBe(!seen.has(key));
          seen.add(key);
          expect(set.size).toBe(seen.size);
        }
      }),
    );
  });

  test('keeps what it has when it grows, also where all hashes fall into one part and one slot', () => {
    const count = 60_000;
    const set = new IdSet();
    const hasher = new IdHasher();
    const hash = (i: number) => hasher.hash(`read/${i}`) as unknown as [number, number];
    for (let i = 0; i < count; i++) if (!set.add(...hash(i))) throw new Error(`${i} was there already`);
    for (let i = 0; i < count; i++) if (set.add(...hash(i))) throw new Error(`${i} was forgotten`);
    expect(set.size).toBe(count);
    const crowded = new IdSet();
    for (let high = 1; high < 2000; high++) expect(crowded.add(5, high)).toBe(true);
    for (let high = 1; high < 2000; high++) expect(crowded.add(5, high)).toBe(false);
  });
});

test('IdHasher gives the halves of the 64-bit hash, the same for text and its UTF-8', () => {
  const hasher = new IdHasher();
  for (const id of ['', 'a', 'contig/1', 'é€', 'x'.repeat(1000)]) {
    const hash = BigInt(Bun.hash.wyhash(id));
    const [low, high] = hasher.hash(id);
    expect((BigInt(high!) << 32n) | BigInt(low!)).toBe(hash);
    expect([...hasher.hash(Buffer.from(id))]).toEqual([low!, high!]);
  }
});
