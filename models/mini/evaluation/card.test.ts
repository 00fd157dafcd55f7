import { describe, expect, test } from 'bun:test';
import { readFile } from 'node:fs/promises';
import { sha256OfFile } from '../../../src/system/sha256.ts';
import { replaceBlock } from './blocks.ts';
import { CARD_BLOCK, cardBlock, README_BLOCK, readmeBlock } from './card.ts';
import { type Evaluation, evaluationText } from './evaluation.ts';
import { estimated, percent, thousands } from './markdown.ts';
import { parseEvaluation } from './read-evaluation.ts';
import { judged, readStored, STORED } from './stored.ts';

const estimate = (value: number) => ({ value, low: value - 0.01, high: value + 0.01 });

const EVALUATION: Evaluation = {
  format: 1,
  model: { name: 'mini', sha256: 'abcdef0123456789', precision: 'fp16' },
  windows: { count: 40274, files: [{ name: 'w.tsv.gz', sha256: 'cd' }] },
  seed: 1,
  fragments: 8000,
  shuffled: 2000,
  resamples: 1000,
  lengths: [
    {
      length: 300,
      head: 300,
      fragments: 8000,
      viruses: 3000,
      called: 6000,
      without_frame: { virus: 500, other: 1500 },
      auroc_called: estimate(0.93456),
      auroc_all: estimate(0.9),
      average_precision: estimate(0.8),
      decisions: {
        fragments: 2900,
        viruses: 1200,
        threshold: 0.61234567,
        accuracy: estimate(0.88),
        recall: estimate(0.77),
        f1: estimate(0.81),
        mcc: estimate(0.7),
        ece: estimate(0.05),
        ece_equal: null,
      },
      false_positives: [
        {
          class: 'archaea',
          fragments: 90,
          genomes: 1,
          at_threshold: { value: 0.06, low: null, high: null },
          by_call: estimate(0.1),
        },
        { class: 'bacteria', fragments: 700, genomes: 20, at_threshold: estimate(0.07), by_call: estimate(0.2) },
      ],
      families: [
        {
          family: 'Flaviviridae',
          half: 'A',
          fragments: 1500,
          called: 1234,
          genomes: 9,
          auroc: estimate(0.95),
          recall: estimate(0.66),
        },
      ],
    },
  ],
  leakage: {
    letters: 31,
    training_windows: 122430,
    left_out: 77,
    classes: [{ class: 'viral', windows: 15364, any: 202, over_10_percent: 77, over_50_percent: 6 }],
  },
};

const uncalibrated: Evaluation = {
  ...EVALUATION,
  leakage: null,
  lengths: EVALUATION.lengths.map((one) => ({
    ...one,
    decisions: null,
    false_positives: one.false_positives.map((row) => ({ ...row, at_threshold: null })),
    families: one.families.map((row) => ({ ...row, recall: null })),
  })),
};

describe('the file', () => {
  test('comes back as it was written, rounded to 4 decimals, thresholds as they are', () => {
    const back = parseEvaluation(evaluationText(EVALUATION), 'e.json');
    expect(back.lengths[0]!.auroc_called).toEqual({ value: 0.9346, low: 0.9246, high: 0.9446 });
    expect(back.lengths[0]!.decisions!.threshold).toBe(0.61234567);
    expect(evaluationText(back)).toBe(evaluationText(EVALUATION));
    const other = parseEvaluation(evaluationText(uncalibrated), 'e.json');
    expect(evaluationText(other)).toBe(evaluationText(uncalibrated));
  });

  test('is refused by the name of what is wrong', () => {
    const text = evaluationText(EVALUATION);
    const refusal = (from: string, to: string) => () => parseEvaluation(text.replace(from, to), 'e.json');
    expect(refusal('"format": 1', '"format": 2')).toThrow('e.json: is of another format');
    expect(refusal('"called": 6000', '"called": "6000"')).toThrow('lengths[0].called is not a number');
    expect(refusal('"half": "A"', '"half": "C"')).toThrow('lengths[0].families[0].half is not A or B');
    expect(() => parseEvaluation('{', 'e.json')).toThrow('e.json: is no JSON');
  });
});

describe('tables', () => {
  const rows = (text: string) => text.split('\n').filter((line) => line.startsWith('| '));

  test('the README: one row for each length', () => {
    expect(rows(readmeBlock(EVALUATION))[1]).toBe(
      '| 300 | 75.0 % | 0.935 (0.925–0.945) | 0.900 | 0.770 | 0.070 | 0.060 | – | – |',
    );
    expect(rows(readmeBlock(uncalibrated))[1]).toBe(
      '| 300 | 75.0 % | 0.935 (0.925–0.945) | 0.900 | – | – | – | – | – |',
    );
  });

  test('the card: ranking, decisions, false positives, families, overlap', () => {
    const found = rows(cardBlock(EVALUATION));
    for (const row of [
      '| 300 | 300 | 8,000 | 75.0 % | 500 of 3,000 | 1,500 of 5,000 | 0.935 (0.925–0.945) | 0.900 (0.890–0.910) | 0.800 (0.790–0.810) |',
      '| 300 | 0.612 | 1,200 of 2,900 | 0.880 (0.870–0.890) | 0.770 (0.760–0.780) | 0.810 (0.800–0.820) | 0.700 (0.690–0.710) | 0.050 (0.040–0.060) | – |',
      '| archaea | 0.060 of 90 |',
      '| bacteria | 0.070 (0.060–0.080) of 700 |',
      '| bacteria | 0.200 (0.190–0.210) of 700 |',
      '| Flaviviridae | A | 0.950 (0.940–0.960) |',
      '| Flaviviridae | A | 0.660 (0.650–0.670); 1,234 of 1,500 |',
      '| viral | 15,364 | 202 (1.3 %) | 77 (0.5 %) | 6 (0.0 %) |',
    ]) {
      expect(found).toContain(row);
    }
    const sections = [...cardBlock(EVALUATION).matchAll(/^### (.*)$/gm)].map(([, title]) => title!);
    expect(sections).toEqual([
      'Ranking',
      'At the threshold',
      'False positives',
      'Virus families',
      'Overlap with training',
    ]);
  });

  test('the card without a calibration has no numbers at a threshold', () => {
    const text = cardBlock(uncalibrated);
    expect(text).toContain('The bundle is not calibrated');
    expect(rows(text).filter((row) => row.startsWith('| bacteria'))).toEqual([
      '| bacteria | 0.200 (0.190–0.210) of 700 |',
    ]);
    expect(rows(text)).toContain('| Flaviviridae | A | 1,234 of 1,500 |');
    expect(text).not.toContain('Overlap');
  });

  test('every table has as many cells in each row', () => {
    for (const block of [cardBlock(EVALUATION), cardBlock(uncalibrated), readmeBlock(EVALUATION)]) {
      for (const part of block.split('\n\n').filter((text) => text.startsWith('| '))) {
        const widths = part
          .trim()
          .split('\n')
          .map((line) => line.split('|').length);
        expect(new Set(widths).size).toBe(1);
      }
      expect(block.endsWith('\n')).toBe(true);
      expect(block).not.toContain('\n\n\n');
    }
  });

  test('numbers', () => {
    expect(estimated({ value: 0.5, low: null, high: null })).toBe('0.500');
    expect(estimated(undefined)).toBe('–');
    expect(percent(1, 0)).toBe('–');
    expect([1, 999, 1000, 122430, 1234567].map(thousands)).toEqual(['1', '999', '1,000', '122,430', '1,234,567']);
  });
});

describe.skipIf(!judged)('what is told about the bundle (skipped until there is a bundle)', () => {
  test('is about this bundle', async () => {
    expect((await readStored()).model.sha256).toBe(await sha256OfFile(STORED.manifest));
  });

  test('is calibrated', async () => {
    for (const { decisions } of (await readStored()).lengths) expect(decisions).not.toBeNull();
  });

  test('stands in the model card', async () => {
    const card = await readFile(STORED.card, 'utf8');
    expect(card).toBe(replaceBlock(card, CARD_BLOCK, cardBlock(await readStored()), STORED.card));
  });

  test('stands in the README', async () => {
    const readme = await readFile(STORED.readme, 'utf8');
    expect(readme).toBe(replaceBlock(readme, README_BLOCK, readmeBlock(await readStored()), STORED.readme));
  });
});
