import { describe, expect, test } from 'bun:test';
import { comparePublished, comparePublishedScores } from './compare-published.ts';
import { type PublishedVectors, publishedFrames, publishedVectors } from './published-numbers.ts';

const FRAMES = publishedFrames('virnucpro')!;

/** Vectors with exactly the published values and norms. */
function vectors({ rows, width }: PublishedVectors): Float64Array[] {
  return rows.map(({ values, norm }) => {
    const rest = Math.sqrt(norm * norm - values.reduce((sum, value) => sum + value * value, 0));
    return Float64Array.from({ length: width }, (_, i) => values[i] ?? (i === values.length ? rest : 0));
  });
}

test.each(['dnabert-s', 'esm2-3b', 'esm2-650m', 'esm2-8m'])('%s agrees with itself', (name) => {
  for (const published of publishedVectors(name)) {
    const verdict = comparePublished(published, vectors(published), 'fp32');
    expect(verdict).toMatchObject({ checkpoint: name, rows: published.rows.length, maxDifference: 0, agrees: true });
    expect(verdict.normDifference).toBeLessThan(1e-15);
    const rounded = vectors(published).map((vector) => Float32Array.from(vector));
    expect(comparePublished(published, rounded, 'fp32').agrees).toBe(true);
  }
});

test('what is allowed in float32 is between the noise of the original and a real mistake', () => {
  for (const { nucleotide, protein } of [FRAMES]) {
    for (const published of [nucleotide, protein]) {
      const { allowedDifference } = comparePublished(published, vectors(published), 'fp32');
      expect(allowedDifference).toBeGreaterThan(2e-5);
      expect(allowedDifference).toBeLessThan(1e-4);
    }
  }
});

describe('disagrees', () => {
  const changed = (change: (found: Float64Array[]) => void, precision: 'fp32' | 'fp16' = 'fp32') => {
    const found = vectors(FRAMES.protein);
    change(found);
    return comparePublished(FRAMES.protein, found, precision);
  };

  test('when one value is off, and says by how much', () => {
    const verdict = changed((found) => {
      found[5]![3]! -= 0.001;
    });
    expect(verdict.agrees).toBe(false);
    expect(verdict.maxDifference).toBeCloseTo(0.001, 10);
  });

  test('when a norm is off though the values are right', () => {
    const verdict = changed((found) => {
      found[7]![4]! *= 1.001;
    });
    expect(verdict).toMatchObject({ maxDifference: 0, agrees: false });
    expect(verdict.normDifference).toBeCloseTo(0.001, 4);
  });

  test('when two rows changed places', () => {
    expect(changed((found) => found.reverse()).agrees).toBe(false);
  });

  test('when a value is no number, stored or not', () => {
    for (const i of [0, 2559]) {
      for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
        const verdict = changed((found) => found[3]!.fill(value, i, i + 1));
        expect(verdict.agrees).toBe(false);
      }
    }
  });

  test('in fp16 later than in fp32, with what rounding makes of it', () => {
    const rounded = (found: Float64Array[]) => {
      for (const vector of found) vector.set(Float16Array.from(vector));
    };
    expect(changed(rounded).agrees).toBe(false);
    expect(changed(rounded, 'fp16').agrees).toBe(true);
    expect(changed((found) => found.reverse(), 'fp16').agrees).toBe(false);
    const off = (found: Float64Array[]) => found[0]!.fill(0.069515 + 1e-3, 0, 1);
    expect([changed(off).agrees, changed(off, 'fp16').agrees]).toEqual([false, true]);
  });
});

test('numbers made in bfloat16 are compared at its precision, whatever the bundle', () => {
  const published = publishedVectors('esm2-150m')[0]!;
  const off = vectors(published).map((vector) => vector.map((value) => value * 1.005));
  expect(comparePublished(published, off, 'fp32').agrees).toBe(true);
  expect(comparePublished(published, off, 'fp16').agrees).toBe(true);
  expect(
    comparePublished(
      published,
      off.map((vector) => vector.map((value) => value * 1.02)),
      'fp32',
    ).agrees,
  ).toBe(false);
});

test('vectors that do not belong to the rows are a bug', () => {
  const { protein, nucleotide, scores } = FRAMES;
  expect(() => comparePublished(protein, vectors(nucleotide), 'fp32')).toThrow('768 values for a width of 2560');
  expect(() => comparePublished(protein, vectors(protein).slice(1), 'fp32')).toThrow('7 vectors for 8');
  expect(() => comparePublishedScores(scores, [], 'fp32')).toThrow('0 pairs of scores for 8');
});

test('scores', () => {
  const { scores } = FRAMES;
  const moved = (by: number) => scores.rows.map(([others, virus]) => [others + by, virus - by] as const);
  expect(comparePublishedScores(scores, moved(0), 'fp32')).toEqual({
    checkpoint: 'virnucpro-head-500',
    rows: 8,
    maxDifference: 0,
    allowedDifference: 5e-5,
    agrees: true,
  });
  expect(comparePublishedScores(scores, moved(2e-5), 'fp32').agrees).toBe(true);
  expect(comparePublishedScores(scores, moved(2e-4), 'fp32')).toMatchObject({ agrees: false });
  expect(comparePublishedScores(scores, moved(2e-4), 'fp16').agrees).toBe(true);
  expect(comparePublishedScores(scores, moved(Number.NaN), 'fp16').agrees).toBe(false);
});
