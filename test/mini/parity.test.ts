/**
 * The executable gives the scores that PyTorch, which trained the embedded model, gave for the same fragments.
 *
 * The bundle stores the encoders' matrices as float16, PyTorch scored with float32: the tolerance is that of fp16
 * bundles, 5e-3, and labels must agree where the score is further than that from one half.
 */

import { afterAll, expect, test } from 'bun:test';
import parity from '../../models/mini/parity.json' with { type: 'json' };
import { Box } from '../helpers/binary.ts';
import { tableOf } from '../helpers/tables.ts';

const TOLERANCE = 5e-3;
const box = new Box();
afterAll(() => box.remove());

test('the scores of every frame are those of the training', async () => {
  const fragments = Object.entries(parity.fragments);
  box.write('fragments.fa', fragments.map(([id, letters]) => `>${id}\n${letters}\n`).join(''));
  await box.ok(['predict', 'fragments.fa', '-o', 'out', '--length', '500']);
  const rows = tableOf(box.text('out', 'prediction_results.txt'));
  const expected: Readonly<Record<string, number>> = parity.virus;
  expect(rows.map((row) => row['Sequence_ID']).sort()).toEqual(Object.keys(expected).sort());
  expect(rows.length).toBeGreaterThan(10);
  for (const { Sequence_ID: id, Prediction: prediction, score2 } of rows) {
    const reference = expected[id!]!;
    expect(Math.abs(Number(score2) - reference)).toBeLessThan(TOLERANCE);
    if (Math.abs(reference - 0.5) > TOLERANCE) expect(prediction).toBe(reference > 0.5 ? 'virus' : 'others');
  }
});
