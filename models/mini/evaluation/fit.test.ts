import { expect, test } from 'bun:test';
import { parseCalibration } from '../../../src/model/bundle/calibration.ts';
import { type Confusion, confusionOf, mcc } from './confusion.ts';
import { calibrationText, fitHead } from './fit.ts';
import { logOdds, probabilityOf } from './platt.ts';
import { Random } from './random.ts';
import type { Scored, ScoredLength } from './scored.ts';

/** Scores of viruses lie higher by `gap` in x; both halves are alike. */
function drawn(length: number, gap: number): ScoredLength {
  const random = new Random(1, `fit ${length}`);
  const kinds = ['viral', 'viral', 'bacteria', 'archaea', 'plasmid', 'eukaryote', 'shuffled'];
  const fragments = Array.from({ length: 2800 }, (_, index): Scored => {
    const kind = kinds[index % kinds.length]!;
    const x = (random.below(1000) + random.below(1000) + random.below(1000)) / 500 - 3 + (kind === 'viral' ? gap : 0);
    return {
      truth: kind === 'viral' ? 'virus' : kind === 'shuffled' ? 'shuffled' : 'other',
      kind,
      family: kind === 'viral' ? 'Flaviviridae' : kind,
      half: random.below(2) === 0 ? 'A' : 'B',
      cluster: index,
      isCalled: true,
      isViral: false,
      delta: Math.tanh(x / 2),
      probability: undefined,
      isVirus: undefined,
    };
  });
  return { length, head: 300, fragments, strata: [], threshold: null };
}

const LENGTHS = [drawn(150, 1), drawn(300, 2)];
const FITTED = fitHead(300, LENGTHS);

test('the threshold keeps every class within its limit, on half A and for fragments as long as a chunk', () => {
  const { calibration, rates } = FITTED;
  for (const { length, fragments } of LENGTHS) {
    for (const [kind, limit] of [
      ['archaea', 0.05],
      ['bacteria', 0.05],
      ['plasmid', 0.05],
      ['shuffled', 0.025],
    ] as const) {
      const members = fragments.filter((one) => one.half === 'A' && one.kind === kind);
      const called = members.filter(
        ({ delta }) => probabilityOf(calibration, logOdds(delta!)) >= calibration.threshold,
      );
      const rate = called.length / members.length;
      if (length === 300) expect(rate).toBeLessThanOrEqual(limit);
      expect(rates.get(`${length} ${kind}`)).toBe(length === 300 ? rate : undefined);
    }
  }
  expect(FITTED.mcc).toBeGreaterThan(0.2);
});

test('the correlation is that of the fragments, each length weighing the same, without the shuffled sequences', () => {
  const { calibration } = FITTED;
  const parts = LENGTHS.map(({ fragments }) => {
    const natural = fragments.filter((one) => one.half === 'A' && one.truth !== 'shuffled');
    const decided = natural.map(({ truth, delta }) => ({
      isVirus: truth === 'virus',
      calledVirus: probabilityOf(calibration, logOdds(delta!)) >= calibration.threshold,
      cluster: 0,
    }));
    return confusionOf(decided, Float64Array.of(1 / natural.length));
  });
  const sum = (key: keyof Confusion) => parts.reduce((total, part) => total + part[key], 0);
  const expected = mcc({
    truePositives: sum('truePositives'),
    falsePositives: sum('falsePositives'),
    trueNegatives: sum('trueNegatives'),
    falseNegatives: sum('falseNegatives'),
  });
  expect(FITTED.mcc).toBeCloseTo(expected, 9);
});

test('half B is not looked at', () => {
  const turned = LENGTHS.map((one) => ({
    ...one,
    fragments: one.fragments.map((it) => (it.half === 'B' ? { ...it, delta: -(it.delta ?? 0) } : it)),
  }));
  expect(fitHead(300, turned)).toEqual(FITTED);
});

test('at the fit, viruses and others are told apart without a bias: mean probability 0.5 with equal classes', () => {
  const means = LENGTHS.flatMap(({ fragments }) =>
    ['virus', 'other'].map((truth) => {
      const members = fragments.filter((one) => one.half === 'A' && one.truth === truth);
      return (
        members.reduce((sum, one) => sum + probabilityOf(FITTED.calibration, logOdds(one.delta!)), 0) / members.length
      );
    }),
  );
  // The equation of the intercept at the maximum; Newton stops within 1e-7 of it.
  expect(means.reduce((sum, mean) => sum + mean, 0) / 4).toBeCloseTo(0.5, 6);
});

test('the file is what an import takes', () => {
  const entries = Object.entries<unknown>(JSON.parse(calibrationText([FITTED, { ...FITTED, head: 500 }])));
  expect(entries.map(([head]) => head)).toEqual(['300', '500']);
  for (const [, value] of entries) {
    expect(parseCalibration(value, (problem) => new Error(problem))).toEqual(FITTED.calibration);
  }
  expect(FITTED.calibration.fitted_on).toContain('fragments of 150 and 300 nt');
  expect(FITTED.calibration.fitted_on).toContain('viruses of Flaviviridae;');
});

test('scores that run the wrong way, or find nothing within the limits, are refused', () => {
  expect(() => fitHead(300, [drawn(300, -1)])).toThrow('do not rise');
  const best = drawn(300, 1);
  const fragments = best.fragments.map((one) => (one.kind === 'bacteria' ? { ...one, delta: 0.999999 } : one));
  const higher = fragments.map((one) =>
    one.kind === 'viral' ? { ...one, delta: Math.min(0.99, one.delta! + 1) } : one,
  );
  expect(() => fitHead(300, [{ ...best, fragments: higher }])).toThrow('no threshold of the 300 nt head');
});
