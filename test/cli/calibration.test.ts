/** Probabilities from the import's `--calibration` to the tables, and the import's `--note`, through the executable. */

import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { Box } from '../helpers/binary.ts';
import { fixture } from '../helpers/fixtures.ts';
import { expectRefusal } from '../helpers/refusal.ts';
import { rowsOf, tableOf } from '../helpers/tables.ts';

/** Numbers that no default has; the thresholds leave records on both sides. */
const CALIBRATION = {
  300: { slope: 0.8, intercept: 0.375, threshold: 0.6, fitted_on: 'half of the known sequences, 300 nt' },
  500: { slope: 2.5, intercept: -0.75, threshold: 0.3, fitted_on: 'half of the known sequences, 500 nt' },
};
const NOTE = 'A tiny model for tests: its scores mean nothing.';
const LENGTHS = [300, 500] as const;
const HEADS = LENGTHS.map((length) => [fixture('classifier', `${length}.safetensors`), length] as const);
const COMPATIBLE = ['prediction_results.txt', 'prediction_results_highestscore.csv'];
/** Another order of float64 operations, relative to the odds; log and pow give away a few bits of 53. */
const ROUNDING = 1e-13;

const box = new Box();
const importing = (name: string, ...more: string[]) => [...box.importArguments(name, { heads: HEADS }), ...more];

beforeAll(async () => {
  box.write('c.json', JSON.stringify(CALIBRATION));
  await box.ok(importing('plain'));
  await box.ok(importing('calibrated', '--calibration', 'c.json', '--note', NOTE));
  for (const length of LENGTHS) {
    for (const model of ['plain', 'calibrated']) {
      const argv = ['predict', fixture('sequences.fa'), '--model', model, '--length', `${length}`];
      await box.ok([...argv, '-o', `${model}-${length}`]);
    }
  }
});
afterAll(() => box.remove());

/** P(virus) by way of the odds, from what stands in a table: ((1 + d) / (1 - d))^slope e^intercept. */
function expected(length: 300 | 500, difference: number): number {
  const { slope, intercept } = CALIBRATION[length];
  const odds = ((1 + difference) / (1 - difference)) ** slope * Math.E ** intercept;
  return odds / (1 + odds);
}

/** Without the last `columns` columns. */
const cut = (text: string, columns: number) => rowsOf(text).map((row) => row.slice(0, -columns));

describe.each(LENGTHS)('chunks of %d nt', (length) => {
  test('every called record has its probability and its side of the threshold, by the numbers in the table', () => {
    const table = tableOf(box.text(`calibrated-${length}`, 'sequences.tsv'));
    const called = table.filter((row) => row['status'] === 'called');
    expect(called.length).toBeGreaterThan(10);
    for (const row of called) {
      const p = expected(length, Number(row['weighted_delta']));
      expect(Math.abs(Number(row['virus_probability']) - p)).toBeLessThan(ROUNDING);
      expect(row['is_virus']).toBe(p >= CALIBRATION[length].threshold ? 'True' : 'False');
    }
    expect(new Set(called.map((row) => row['is_virus'])).size).toBe(2);
    for (const row of table.filter((one) => one['status'] !== 'called')) {
      expect([row['virus_probability'], row['is_virus']]).toEqual(['NA', 'NA']);
    }
    expect(table.length).toBeGreaterThan(called.length);
  });

  test('every chunk with a frame has its probability', () => {
    const table = tableOf(box.text(`calibrated-${length}`, 'chunks.tsv'));
    const scored = table.filter((row) => row['frames'] !== '0');
    for (const row of scored) {
      const p = expected(length, Number(row['max_score_1']) - Number(row['max_score_0']));
      expect(Math.abs(Number(row['virus_probability']) - p)).toBeLessThan(ROUNDING);
    }
    expect(scored.length).toBeGreaterThan(10);
    expect(table.length).toBeGreaterThan(scored.length);
    for (const row of table) if (row['frames'] === '0') expect(row['virus_probability']).toBe('NA');
  });

  test('without a calibration the columns are NA, and nothing else differs', () => {
    const [plain, calibrated] = [`plain-${length}`, `calibrated-${length}`];
    for (const [name, columns] of [
      ['sequences.tsv', 2],
      ['chunks.tsv', 1],
    ] as const) {
      expect(cut(box.text(calibrated, name), columns)).toEqual(cut(box.text(plain, name), columns));
      const [header, ...rows] = rowsOf(box.text(plain, name));
      expect(header!.slice(-columns)).toEqual(['virus_probability', 'is_virus'].slice(0, columns));
      expect(new Set(rows.flatMap((row) => row.slice(-columns)))).toEqual(new Set(['NA']));
    }
    for (const name of COMPATIBLE) expect(box.text(calibrated, name)).toBe(box.text(plain, name));
  });

  test('the summary names the numbers of the head that was used, null without', () => {
    const model = (folder: string) => JSON.parse(box.text(folder, 'summary.json')).model;
    expect(model(`calibrated-${length}`).calibration).toEqual(CALIBRATION[length]);
    expect(model(`plain-${length}`).calibration).toBeNull();
    expect([model(`calibrated-${length}`).note, model(`plain-${length}`).note]).toEqual([NOTE, undefined]);
  });
});

describe('an import', () => {
  test('changes nothing but the manifest, and there the heads that have a calibration', async () => {
    box.write('one.json', JSON.stringify({ 300: CALIBRATION[300] }));
    await box.ok(importing('one', '--calibration', 'one.json'));
    const heads: { length: number; calibration?: unknown }[] = JSON.parse(box.text('one', 'manifest.json')).classifiers;
    expect(heads.map((head) => [head.length, head.calibration])).toEqual([
      [300, CALIBRATION[300]],
      [500, undefined],
    ]);
    for (const name of box.list('plain').filter((one) => one !== 'manifest.json')) {
      expect(Buffer.compare(box.bytes('one', name), box.bytes('plain', name))).toBe(0);
    }
    expect(box.text('plain', 'manifest.json')).not.toContain('calibration');
  });

  test('its note is shown with every run, but for --quiet', async () => {
    box.write('x.fa', '>a\nATGAAATTTGGG\n');
    const argv = ['predict', 'x.fa', '--model', 'calibrated', '-o', 'noted'];
    expect((await box.ok(argv)).stderr).toContain(`[info] Model calibrated: ${NOTE}`);
    expect((await box.ok([...argv, '-f', '-q'])).stderr).toBe('');
  });

  test.each([
    ['a length without a head', '{"400": {}}', ['"400"', '300, 500']],
    [
      'a value that is missing',
      JSON.stringify({ 500: { slope: 1, intercept: 0, threshold: 0.5 } }),
      ['500', 'fitted_on'],
    ],
    ['a value that is wrong', JSON.stringify({ 500: { ...CALIBRATION[500], threshold: 1 } }), ['500', 'threshold']],
    ['no JSON', '{"500": ', ['valid JSON']],
  ])('refuses %s before it writes anything', async (_, text, says) => {
    box.write('wrong.json', text);
    expectRefusal(await box.run(importing('none', '--calibration', 'wrong.json')), ['wrong.json', ...says]);
    expect(box.exists('none')).toBe(false);
  });

  test('refuses a calibration that is not there, and a note that is no short line', async () => {
    expectRefusal(await box.run(importing('none', '--calibration', 'absent.json')), ['absent.json', 'no such file']);
    expectRefusal(await box.run(importing('none', '--note', 'x'.repeat(301))), ['--note', '301', '300']);
    expectRefusal(await box.run(importing('none', '--note', 'two\nlines')), ['--note', 'one line']);
    expect(box.exists('none')).toBe(false);
  });
});
