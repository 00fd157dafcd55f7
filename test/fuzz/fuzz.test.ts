/** A small share of what `bun run fuzz` does, always the same: no crash, no lost record, no input without a sentence. */

import { describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dice } from './dice.ts';
import { fuzz } from './fuzz.ts';
import { TARGETS } from './targets.ts';

const SEED = 4;
/** Cases; a case of `run` is 300 files. */
const CASES: Readonly<Record<string, number>> = { text: 2300, file: 400, run: 1 };
const MOST_CASES = 250;

test('every target has a name of its own', () => {
  expect(new Set(TARGETS.map(({ name }) => name)).size).toBe(TARGETS.length);
});

describe.each(TARGETS)('$name: $what', (target) => {
  test('a case is made again by its number, whatever came before', () => {
    const folders = [0, 1].map(() => mkdtempSync(join(tmpdir(), 'virnucpro-fuzz-')));
    try {
      const [straight, alone] = folders.map((folder) => target.open(folder));
      for (let number = 0; number < 30; number += 1) straight!(new Dice(SEED, number));
      const inputs = [straight, alone].map((make) => make!(new Dice(SEED, 30)).input);
      expect(inputs[0]).toEqual(inputs[1]!);
    } finally {
      for (const folder of folders) rmSync(folder, { recursive: true });
    }
  });

  test('nothing is found', async () => {
    const cases = CASES[target.name] ?? MOST_CASES;
    const { tally, findings } = await fuzz(target, { seed: SEED, goesOn: (done) => done < cases });
    expect(findings).toEqual([]);
    expect(tally['inputs'] ?? cases).toBeGreaterThanOrEqual(cases);
    // Else the mutations would leave nothing to read, or nothing broken.
    expect(Math.min(tally['read'] ?? 0, tally['refused'] ?? 0)).toBeGreaterThan(0);
    if (!(target.name in CASES)) return;
    expect(tally['records']).toBeGreaterThan(cases / 2);
    expect(Math.min(tally['malformed']!, target.name === 'text' ? 1 : tally['cut']!)).toBeGreaterThan(0);
  });
});
