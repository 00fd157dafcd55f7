/**
 * The calibration of a classifier head as a bundle's manifest holds it: numbers that turn scores into probabilities
 * (src/call/calibration.ts says how), and on what they were fitted.
 */

import { isObject } from '../../system/json-object.ts';

export interface Calibration {
  /** Above 0. */
  readonly slope: number;
  readonly intercept: number;
  /** Probability from which on a record is taken for a virus; between 0 and 1, neither of them. */
  readonly threshold: number;
  /** The data that slope, intercept and threshold were fitted on, in words. */
  readonly fitted_on: string;
}

/**
 * @param refuse makes the error of what is wrong; the text goes on behind the name of the calibration
 * @returns these four keys alone
 */
export function parseCalibration(value: unknown, refuse: (problem: string) => Error): Calibration {
  if (!isObject(value)) throw refuse('is no JSON object');
  const { slope, intercept, threshold, fitted_on } = value;
  if (!isFiniteNumber(slope) || slope <= 0) throw refuse('has no "slope" above 0');
  if (!isFiniteNumber(intercept)) throw refuse('has no number as its "intercept"');
  if (!isFiniteNumber(threshold) || threshold <= 0 || threshold >= 1)
    throw refuse('has no "threshold" between 0 and 1');
  if (typeof fitted_on !== 'string' || fitted_on.trim() === '') throw refuse('does not say what it was "fitted_on"');
  return { slope, intercept, threshold, fitted_on };
}

/** JSON has no infinity, but a literal as 1e999 reads as one. */
function isFiniteNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
