/** A small share of what `test/fuzz/fuzz.ts` does, always the same: no crash, no hang, no lost record. */

import { expect, test } from 'bun:test';
import { fuzz } from './fuzz.ts';

const SEED = 4;

test('3,000 mutated FASTA, FASTQ, gzip, bgzip and zstd inputs', async () => {
  const said: string[] = [];
  const result = await fuzz({
    seed: SEED,
    ...{ texts: 2300, files: 400, runFiles: 300, perRun: 300 },
    tell: (line) => said.push(line),
  });
  expect(result.failures).toEqual([]);
  expect(result.inputs).toBe(3000);
  // Else the mutations would leave nothing to read, or nothing broken.
  expect(result.records).toBeGreaterThan(3000);
  for (const count of [result.refused, result.malformed, result.cut]) expect(count).toBeGreaterThan(100);
}, 60_000);
