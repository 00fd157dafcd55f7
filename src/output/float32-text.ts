/**
 * Numbers as the tables spell them: the shortest decimal that reads back as the same value, as Python and numpy write
 * it (`0.25`, `1.0`, `9.5e-05` below 1e-4, `1e+16` from 1e16, `nan`, `inf`).
 */

import { shortestDecimal } from '../call/decimal.ts';

const PLAIN_FROM = 1e-4;
const PLAIN_BELOW = 1e16;

/**
 * @param x a float32 value
 * @returns numpy's `str(float32)` for scores (0 to 1); above that, Python's spelling of the same digits
 */
export function float32Text(x: number): string {
  // The float32 next to 1e-4 lies below it: its decimal is 0.0001, numpy looks at the value and writes 1e-04.
  return spelled(shortestDecimal(x), Math.abs(x) >= PLAIN_FROM);
}

/** @returns Python's `repr(float)` of any float64 */
export function float64Text(x: number): string {
  return spelled(x, Math.abs(x) >= PLAIN_FROM);
}

/** @param large whether the magnitude is at least 1e-4 */
function spelled(value: number, large: boolean): string {
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  if (large && Math.abs(value) < PLAIN_BELOW) return Number.isInteger(value) ? `${value}.0` : `${value}`;
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const text = value.toExponential();
  const sign = text.lastIndexOf('e') + 1;
  return text.length - sign > 2 ? text : `${text.slice(0, sign + 1)}0${text.slice(sign + 1)}`;
}
