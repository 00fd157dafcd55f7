import { describe, expect, test } from 'bun:test';
import { virusProbability } from '../../../src/call/calibration.ts';
import { UserError } from '../../../src/system/errors.ts';
import { fitPlatt, logOdds, type PlattPoint, probabilityOf } from './platt.ts';
import { Random } from './random.ts';

const point = (x: number, isVirus: boolean, weight = 1): PlattPoint => ({ x, isVirus, weight });

test('two values of x: the fit goes through both frequencies exactly', () => {
  // At 0 one of four is a virus, at 2 three of four: logit(1/4) = -ln 3, logit(3/4) = ln 3.
  const at = (x: number, viruses: number) => range(4).map((index) => point(x, index < viruses));
  const { slope, intercept } = fitPlatt([...at(0, 1), ...at(2, 3)]);
  // Newton's last step leaves less than the root of the gain that it stops at.
  expect(intercept).toBeCloseTo(-Math.log(3), 6);
  expect(slope).toBeCloseTo(Math.log(3), 6);
});

test('a weight is as good as copies', () => {
  const points = [point(-1, false), point(0, true), point(1, false), point(2, true)];
  const copied = fitPlatt([...points, points[1]!, points[1]!]);
  const weighed = fitPlatt(points.map((one, index) => (index === 1 ? { ...one, weight: 3 } : one)));
  expect(weighed.slope).toBeCloseTo(copied.slope, 6);
  expect(weighed.intercept).toBeCloseTo(copied.intercept, 6);
});

test('numbers drawn from a calibration give it back', () => {
  const random = new Random(4, 'platt');
  const truth = { slope: 0.7, intercept: -0.4 };
  const points = range(20_000).map(() => {
    const x = (random.below(1000) / 1000) * 10 - 5;
    return point(x, random.below(1_000_000) / 1_000_000 < probabilityOf(truth, x));
  });
  const found = fitPlatt(points);
  // Standard errors of 20,000 points are about 0.01 and 0.02.
  expect(Math.abs(found.slope - truth.slope)).toBeLessThan(0.04);
  expect(Math.abs(found.intercept - truth.intercept)).toBeLessThan(0.08);
});

test('far and narrow values of x are no trouble', () => {
  const points = [point(1000, false), point(1000.001, true), point(1000.002, false), point(1000.003, true)];
  const { slope, intercept } = fitPlatt(points);
  const mean = points.reduce((sum, { x }) => sum + probabilityOf({ slope, intercept }, x), 0) / 4;
  expect(mean).toBeCloseTo(0.5, 6);
});

describe('refused', () => {
  const refusal = (points: readonly PlattPoint[]) => () => fitPlatt(points);

  test('a class is missing, or one value alone', () => {
    expect(refusal([point(0, true), point(1, true)])).toThrow(UserError);
    expect(refusal([point(1, true), point(1, false)])).toThrow(UserError);
  });

  test('classes that are parted completely', () => {
    expect(refusal([point(0, false), point(1, false), point(2, true), point(3, true)])).toThrow(UserError);
    expect(refusal([point(0, true), point(1, true), point(1, false), point(2, false)])).toThrow(UserError);
  });
});

test('x and the probability are those of the program', () => {
  const calibration = { slope: 1.3, intercept: -0.2, threshold: 0.5 };
  for (const delta of [-1, -0.99, -0.2, 0, 0.5, 1]) {
    expect(probabilityOf(calibration, logOdds(delta))).toBe(virusProbability(calibration, delta));
  }
});

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
