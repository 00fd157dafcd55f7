import { describe, expect, test } from 'bun:test';
import { auroc } from './auroc.ts';
import { Random } from './random.ts';
import { type Ranked, Ranking } from './ranking.ts';

const once = (count: number) => new Float64Array(count).fill(1);

/** Every pair of a virus and another, one by one. */
function pairByPair(fragments: readonly Ranked[], weights: Float64Array): number {
  let [wins, pairs] = [0, 0];
  for (const virus of fragments.filter(({ isVirus }) => isVirus)) {
    for (const other of fragments.filter(({ isVirus }) => !isVirus)) {
      const weight = weights[virus.cluster]! * weights[other.cluster]!;
      pairs += weight;
      if (virus.score > other.score) wins += weight;
      if (virus.score === other.score) wins += weight / 2;
    }
  }
  return wins / pairs;
}

const ranked = (score: number, isVirus: boolean, cluster = 0): Ranked => ({ score, isVirus, cluster });

describe('by hand', () => {
  test('all viruses above the others, all below, and one pair of four the wrong way', () => {
    const area = (...scores: readonly [number, boolean][]) =>
      auroc(new Ranking(scores.map(([score, isVirus]) => ranked(score, isVirus))), once(1));
    expect(area([0.9, true], [0.8, true], [0.1, false])).toBe(1);
    expect(area([0.9, false], [0.1, true])).toBe(0);
    expect(area([0.9, true], [0.8, false], [0.7, true], [0.6, false])).toBe(0.75);
  });

  test('equal scores count half, whatever order they came in', () => {
    for (const viruses of [
      [true, false, false],
      [false, false, true],
    ]) {
      const ranking = new Ranking(viruses.map((isVirus) => ranked(0.5, isVirus)));
      expect(auroc(ranking, once(1))).toBe(0.5);
    }
  });

  test('a weight of 2 is as good as a second copy', () => {
    const ranking = new Ranking([ranked(3, true, 0), ranked(2, false, 1), ranked(1, true, 2)]);
    expect(auroc(ranking, Float64Array.of(2, 1, 1))).toBeCloseTo(2 / 3, 12);
    expect(auroc(ranking, Float64Array.of(0, 1, 1))).toBe(0);
  });

  test('without a virus or without another there is none', () => {
    expect(auroc(new Ranking([ranked(1, true)]), once(1))).toBeNaN();
    expect(auroc(new Ranking([]), once(1))).toBeNaN();
  });
});

test('equals the count of all pairs, with ties and with weights', () => {
  const random = new Random(11, 'auroc');
  for (let round = 0; round < 50; round += 1) {
    const fragments = Array.from({ length: 40 }, () => ranked(random.below(8), random.below(2) === 0, random.below(6)));
    const weights = Float64Array.from({ length: 6 }, () => random.below(4));
    const expected = pairByPair(fragments, weights);
    const found = auroc(new Ranking(fragments), weights);
    // Sums of small integers and halves are exact; the one division rounds the same way.
    expect(found).toBe(expected);
  }
});
