/** The sentence that every run with `mini` ends with tells the figures of the stored evaluation. */

import { expect, test } from 'bun:test';
import { join } from 'node:path';
import { parseEvaluation } from '../../models/mini/evaluation/read-evaluation.ts';
import { STORED } from '../../models/mini/evaluation/stored.ts';

test('the note says how good the model is, and where a better one is', async () => {
  const { note } = await Bun.file(join(import.meta.dir, '../../models/mini/bundle/manifest.json')).json();
  const { lengths } = parseEvaluation(await Bun.file(STORED.evaluation).text(), STORED.evaluation);
  const auroc = (length: number) => lengths.find((one) => one.length === length)!.auroc_called!.value.toFixed(2);
  expect(note).toContain(`${auroc(300)} at 300 nt, ${auroc(500)} at 500 nt`);
  expect(note).toContain('virnucpro models pull virnucpro');
});
