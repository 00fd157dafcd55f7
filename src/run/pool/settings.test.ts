import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { chooseSettings } from './settings.ts';

const KIB = 2 ** 10;
const MIB = 2 ** 20;

describe('chooseSettings', () => {
  test.each<[string, Parameters<typeof chooseSettings>, ReturnType<typeof chooseSettings>]>([
    [
      'a large file: batches of 4 MiB, 16 MiB ahead for each Worker',
      [4, 10_000 * MIB, 512, undefined],
      { workers: 4, batchSize: 8192, batchBytes: 4 * MIB, window: 16 },
    ],
    [
      'a file in between: 16 batches for each Worker',
      [2, 32 * MIB, 1024, undefined],
      { workers: 2, batchSize: 1024, batchBytes: MIB, window: 32 },
    ],
    [
      'a small file: no Worker without a batch',
      [8, 100 * KIB, 1024, undefined],
      { workers: 2, batchSize: 64, batchBytes: 64 * KIB, window: 512 },
    ],
    ['an empty file', [8, 0, 1, undefined], { workers: 1, batchSize: 65_536, batchBytes: 65_536, window: 256 }],
    ['a pipe', [3, undefined, 512, undefined], { workers: 3, batchSize: 2048, batchBytes: MIB, window: 48 }],
    [
      'records of a batch as chosen',
      [2, 10 * MIB, 100.4, 3],
      { workers: 2, batchSize: 3, batchBytes: 301, window: 2 ** 16 },
    ],
    ['one record in a batch', [1, 10 * MIB, 0.2, 1], { workers: 1, batchSize: 1, batchBytes: 1, window: 2 ** 16 }],
  ])('%s', (_, given, expected) => expect(chooseSettings(...given)).toEqual(expected));

  test('stays within its bounds', () => {
    const known = fc.option(fc.nat(2 ** 31), { nil: undefined });
    const chosen = fc.option(fc.integer({ min: 1, max: 1_000_000 }), { nil: undefined });
    const mean = fc.double({ min: 1, max: 1e7, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 256 }), known, mean, chosen, (threads, total, recordBytes, batch) => {
        const { workers, batchSize, batchBytes, window } = chooseSettings(threads, total, recordBytes, batch);
        for (const number of [workers, batchSize, batchBytes, window]) {
          expect(Number.isSafeInteger(number)).toBe(true);
          expect(number).toBeGreaterThanOrEqual(1);
        }
        expect(workers).toBeLessThanOrEqual(threads);
        // Every Worker has a job, and the next one waits for it.
        if (total !== undefined && total > 0) expect((workers - 1) * batchBytes).toBeLessThan(total);
        expect(window).toBeGreaterThanOrEqual(4 * workers);
        expect(window).toBeLessThanOrEqual(2 ** 16);
        if (batch === undefined) {
          expect(batchBytes).toBeGreaterThanOrEqual(64 * KIB);
          expect(batchBytes).toBeLessThanOrEqual(4 * MIB);
        } else expect(batchSize).toBe(batch);
      }),
    );
  });
});
