import { describe, expect, test } from 'bun:test';
import { measure } from './measure.ts';
import { Random } from './random.ts';
import type { Scored, ScoredLength } from './scored.ts';

interface Given extends Partial<Scored> {
  readonly truth: Scored['truth'];
}

/** Called where there is a delta; the probability follows it, and 0.5 is the threshold. */
function scored(length: number, threshold: number | null, given: readonly Given[]): ScoredLength {
  const fragments = given.map(({ delta, ...rest }, index): Scored => {
    const probability = delta === undefined || threshold === null ? undefined : (1 + delta) / 2;
    return {
      kind: rest.truth === 'virus' ? 'viral' : 'bacteria',
      family: 'F',
      half: 'B',
      cluster: index,
      isCalled: delta !== undefined,
      isViral: delta !== undefined && delta > 0.3,
      delta,
      probability,
      isVirus: probability === undefined ? undefined : probability >= 0.5,
      ...rest,
    };
  });
  const clusters = (isVirus: boolean) => fragments.filter(({ truth }) => (truth === 'virus') === isVirus);
  return {
    length,
    head: 300,
    threshold,
    fragments,
    strata: [true, false].map((isVirus) => clusters(isVirus).map(({ cluster }) => cluster)),
  };
}

const GIVEN: readonly Given[] = [
  { truth: 'virus', delta: 0.9, family: 'Flaviviridae' },
  { truth: 'virus', delta: 0.1, family: 'Flaviviridae', half: 'B' },
  { truth: 'virus', delta: -0.5, family: 'Circoviridae', half: 'A' },
  { truth: 'virus', delta: undefined, family: 'Circoviridae', half: 'A' },
  { truth: 'other', delta: 0.2 },
  { truth: 'other', delta: -0.9 },
  { truth: 'other', delta: -0.8, kind: 'archaea' },
  { truth: 'other', delta: -0.7, half: 'A' },
  { truth: 'other', delta: undefined },
  { truth: 'shuffled', delta: 0.4, kind: 'shuffled' },
  { truth: 'shuffled', delta: undefined, kind: 'shuffled' },
];

const report = (threshold: number | null) => measure(scored(300, threshold, GIVEN), new Random(1, 'test'), 50);
const value = (estimate: { readonly value: number } | null | undefined) => estimate?.value;

describe('by hand', () => {
  const found = report(0.5);

  test('counts: shuffled sequences are no fragments, and those without a frame are told', () => {
    expect(found).toMatchObject({ length: 300, head: 300, fragments: 9, viruses: 4, called: 7 });
    expect(found.without_frame).toEqual({ virus: 1, other: 1 });
  });

  test('areas: called fragments, and all with 0 for those without a frame', () => {
    // 0.9 beats 4, 0.1 beats 3, -0.5 beats 3 of 4.
    expect(value(found.auroc_called)).toBeCloseTo(10 / 12, 12);
    // Others 0.2, 0, -0.7, -0.8, -0.9: 0.9 beats 5, 0.1 beats 4, 0 beats 3 and ties with one, -0.5 beats 3.
    expect(value(found.auroc_all)).toBeCloseTo(15.5 / 20, 12);
    // Precision at the viruses' places 1, 3 and 4.
    expect(value(found.average_precision)).toBeCloseTo((1 + 2 / 3 + 3 / 4) / 3, 12);
  });

  test('decisions: half B alone', () => {
    expect(found.decisions).toMatchObject({ fragments: 5, viruses: 2, threshold: 0.5 });
    expect(value(found.decisions!.accuracy)).toBe(0.8);
    expect(value(found.decisions!.recall)).toBe(1);
    expect(value(found.decisions!.f1)).toBe(0.8);
  });

  test('false positives: half B, by class, at the threshold and by the call', () => {
    const rows = found.false_positives.map((row) => [
      row.class,
      row.fragments,
      value(row.at_threshold),
      value(row.by_call),
    ]);
    expect(rows).toEqual([
      ['archaea', 1, 0, 0],
      ['bacteria', 2, 0.5, 0],
      ['shuffled', 1, 1, 1],
    ]);
  });

  test('families: every one against all others that are called', () => {
    const rows = found.families.map((row) => [row.family, row.half, row.fragments, row.called, value(row.recall)]);
    expect(rows).toEqual([
      ['Circoviridae', 'A', 2, 1, 0],
      ['Flaviviridae', 'B', 2, 2, 1],
    ]);
    expect(found.families.map(({ auroc }) => value(auroc))).toEqual([0.75, 7 / 8]);
  });

  test('intervals stand where there are genomes enough, around the value', () => {
    const { value: area, low, high } = found.auroc_called!;
    expect(low!).toBeLessThan(area);
    expect(high!).toBeGreaterThanOrEqual(area);
    expect(found.false_positives[0]!.by_call).toEqual({ value: 0, low: null, high: null });
  });
});

test('without a calibration everything that needs one is left out', () => {
  const found = report(null);
  expect(found.decisions).toBeNull();
  expect(found.false_positives.map(({ at_threshold }) => at_threshold)).toEqual([null, null, null]);
  expect(found.false_positives.map(({ by_call }) => value(by_call))).toEqual([0, 0, 1]);
  expect(found.families.map(({ recall }) => recall)).toEqual([null, null]);
  expect(value(found.auroc_called)).toBeCloseTo(10 / 12, 12);
});

test('the same random numbers give the same report', () => {
  expect(report(0.5)).toEqual(report(0.5));
});
