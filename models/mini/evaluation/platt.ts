/**
 * Fits Platt's calibration: P(virus) = 1 / (1 + exp(-(slope * x + intercept))), x = ln((1 + weighted_delta) / (1 -
 * weighted_delta)); src/call/calibration.ts applies it.
 *
 * Fitted by logistic regression with Newton's method. Viruses and others weigh the same in all, so the probability is
 * that for a sample with as many of either; it does not know how rare viruses are where it is used.
 */

import { LARGEST_DIFFERENCE } from '../../../src/call/calibration.ts';
import { UserError } from '../../../src/system/errors.ts';

export interface Platt {
  readonly slope: number;
  readonly intercept: number;
}

export interface PlattPoint {
  readonly x: number;
  readonly isVirus: boolean;
  /** Over 0. */
  readonly weight: number;
}

const MOST_STEPS = 100;
/** Of the loss per unit of weight: far below what changes a probability in its sixth decimal. */
const SMALLEST_GAIN = 1e-14;

/** x as the program computes it. @param delta weighted_delta, -1 to 1 */
export function logOdds(delta: number): number {
  const kept = Math.max(-LARGEST_DIFFERENCE, Math.min(LARGEST_DIFFERENCE, delta));
  return Math.log((1 + kept) / (1 - kept));
}

export function probabilityOf({ slope, intercept }: Platt, x: number): number {
  return 1 / (1 + Math.exp(-(slope * x + intercept)));
}

/** @throws UserError where one class is missing or a threshold parts the classes without an error */
export function fitPlatt(points: readonly PlattPoint[]): Platt {
  const [mean, scale] = spread(points);
  // With x centred and scaled the two parameters hardly depend on each other, and Newton's steps are safe.
  const scaled = points.map(({ x, ...point }) => ({ ...point, x: (x - mean) / scale }));
  let [fit, current] = [{ slope: 0, intercept: 0 }, loss(scaled, { slope: 0, intercept: 0 })];
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const direction = newtonStep(scaled, fit);
    let size = 1;
    let next = moved(fit, direction, size);
    let reached = loss(scaled, next);
    while (!(reached <= current) && size > 1e-6) {
      size /= 2;
      next = moved(fit, direction, size);
      reached = loss(scaled, next);
    }
    if (!(current - reached > SMALLEST_GAIN)) {
      const slope = fit.slope / scale;
      return { slope, intercept: fit.intercept - slope * mean };
    }
    [fit, current] = [next, reached];
  }
  throw notFitted();
}

function notFitted(): UserError {
  return new UserError(
    'the calibration cannot be fitted: a class is missing among the called fragments, or the scores part the two completely',
    'Draw more fragments (--fragments).',
  );
}

/** Weighted mean and standard deviation of x. */
function spread(points: readonly PlattPoint[]): readonly [mean: number, deviation: number] {
  const total = points.reduce((sum, { weight }) => sum + weight, 0);
  const mean = points.reduce((sum, { x, weight }) => sum + weight * x, 0) / total;
  const variance = points.reduce((sum, { x, weight }) => sum + weight * (x - mean) ** 2, 0) / total;
  const [viruses, others] = [true, false].map((isVirus) => ends(points.filter((point) => point.isVirus === isVirus)));
  // Without an overlap the likelihood has no maximum: the slope would grow for ever.
  const overlap = viruses!.low < others!.high && others!.low < viruses!.high;
  if (!overlap || !(variance > 0)) throw notFitted();
  return [mean, Math.sqrt(variance)];
}

function ends(points: readonly PlattPoint[]): { readonly low: number; readonly high: number } {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { x } of points) [low, high] = [Math.min(low, x), Math.max(high, x)];
  return { low, high };
}

/** Weighted mean of -ln P(what it is). */
function loss(points: readonly PlattPoint[], { slope, intercept }: Platt): number {
  let [sum, total] = [0, 0];
  for (const { x, isVirus, weight } of points) {
    const z = (isVirus ? -1 : 1) * (slope * x + intercept);
    // ln(1 + e^z) without overflow.
    sum += weight * (Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))));
    total += weight;
  }
  return sum / total;
}

/** -H^-1 g of the loss. */
function newtonStep(points: readonly PlattPoint[], fit: Platt): Platt {
  let [g0, g1, h00, h01, h11] = [0, 0, 0, 0, 0];
  for (const { x, isVirus, weight } of points) {
    const probability = probabilityOf(fit, x);
    const error = weight * (probability - (isVirus ? 1 : 0));
    const curvature = weight * probability * (1 - probability);
    g0 += error;
    g1 += error * x;
    h00 += curvature;
    h01 += curvature * x;
    h11 += curvature * x * x;
  }
  const determinant = h00 * h11 - h01 * h01;
  if (!(determinant > 0)) throw notFitted();
  return { intercept: -(h11 * g0 - h01 * g1) / determinant, slope: -(h00 * g1 - h01 * g0) / determinant };
}

function moved(from: Platt, by: Platt, size: number): Platt {
  return { slope: from.slope + size * by.slope, intercept: from.intercept + size * by.intercept };
}
