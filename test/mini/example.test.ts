/** The README shows what the first command prints: the calls of the example genomes by the embedded model. */

import { afterAll, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Box } from '../helpers/binary.ts';
import { tableOf } from '../helpers/tables.ts';

const ROOT = join(import.meta.dir, '..', '..');
const box = new Box();
afterAll(() => box.remove());

test('call, probability and is_virus of every record are those of the README', async () => {
  const genomes = readFileSync(join(ROOT, 'examples', 'genomes.fna'), 'utf8');
  box.write('genomes.fna', genomes);
  await box.ok(['predict', 'genomes.fna', '-o', 'out']);
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8').split('\n');
  const rows = tableOf(box.text('out', 'sequences.tsv'));
  expect(rows).toHaveLength(genomes.match(/^>/gm)!.length);
  for (const { sequence_id: id, call, is_virus: isVirus, virus_probability: probability } of rows) {
    const shown = readme.find((line) => line.startsWith(`${id} `));
    const [, shownCall, shownProbability, shownIsVirus] = shown?.split(/\s+/) ?? [];
    expect([id, shownCall, shownIsVirus]).toEqual([id, call, isVirus]);
    // Three digits are shown, and another processor may round the last one of a score the other way.
    expect(Math.abs(Number(shownProbability) - Number(probability))).toBeLessThan(0.001);
  }
});
