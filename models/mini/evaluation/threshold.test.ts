import { describe, expect, test } from 'bun:test';
import { between, chooseThreshold, type Weighed } from './threshold.ts';

const virus = (probability: number, weight = 1): Weighed => ({ probability, isVirus: true, weight });
const other = (probability: number, limit?: string): Weighed => ({ probability, isVirus: false, weight: 1, limit });

describe('the threshold', () => {
  test('without limits: where the correlation is highest', () => {
    const chosen = chooseThreshold(
      [virus(0.9), virus(0.8), other(0.7), virus(0.6), other(0.2), other(0.1)],
      new Map(),
    )!;
    // 2 of 3 viruses without another, and 3 of 3 with 1 of 3 others, are as good: the higher threshold is taken.
    expect(chosen.threshold).toBe(0.75);
    expect(chosen.mcc).toBeCloseTo(Math.SQRT1_2, 12);
  });

  test('a limit keeps it up, and its rate is told', () => {
    const bacteria = [0.95, 0.5, 0.4, 0.3].map((probability) => other(probability, 'bacteria'));
    const fragments = [virus(0.99), virus(0.9), virus(0.88), virus(0.42), ...bacteria];
    const free = chooseThreshold(fragments, new Map())!;
    expect(free.threshold).toBe(0.41);
    const kept = chooseThreshold(fragments, new Map([['bacteria', 0.25]]))!;
    expect(kept.threshold).toBe(0.69);
    expect(kept.rates.get('bacteria')).toBe(0.25);
    // One is let through in any case.
    expect(chooseThreshold(fragments, new Map([['bacteria', 0]]))!.threshold).toBe(0.69);
  });

  test('what weighs nothing counts for its limit alone', () => {
    const shuffled: Weighed = { probability: 0.8, isVirus: false, weight: 0, limit: 'shuffled' };
    const fragments = [virus(0.9), virus(0.7), other(0.1), shuffled, shuffled];
    expect(chooseThreshold(fragments, new Map())).toMatchObject({ threshold: 0.4, mcc: 1 });
    expect(chooseThreshold(fragments, new Map([['shuffled', 0.5]]))!.threshold).toBe(0.85);
  });

  test('fragments of one probability are never parted', () => {
    const chosen = chooseThreshold(
      [virus(0.6), other(0.6, 'archaea'), other(0.6, 'archaea'), virus(0.9), other(0.1)],
      new Map([['archaea', 0]]),
    )!;
    expect(chosen.threshold).toBe(0.75);
  });

  test('none where nothing within the limits is better than chance', () => {
    expect(
      chooseThreshold(
        [other(0.9, 'plasmid'), other(0.9, 'plasmid'), virus(0.5), other(0.1)],
        new Map([['plasmid', 0]]),
      ),
    ).toBeUndefined();
    expect(chooseThreshold([], new Map())).toBeUndefined();
  });
});

test('a number between two others has as few decimals as it can', () => {
  expect(between(0.2, 0.6)).toBe(0.4);
  expect(between(0.301, 0.302)).toBe(0.3015);
  expect(between(0.25, 0.25 + Number.EPSILON)).toBe(0.25 + Number.EPSILON);
});
