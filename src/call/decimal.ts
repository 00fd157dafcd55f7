/**
 * The shortest decimal of a float32, as a number: the float64 nearest to the decimal that the tables show.
 *
 * The per-sequence rule reads scores "as written", and the tables write them, so both use this one function and can
 * never disagree. Shortest means: the fewest significant digits that read back as the same float32; among those the
 * closest; a tie goes to the even last digit (numpy does the same; `toPrecision` alone would not).
 */

/** 10^0 to 10^22: every one of them is exact in float64. */
const POWER_OF_TEN = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));

/** Digits that always identify a float32, and digits that a float32 always keeps (C's FLT_DECIMAL_DIG and FLT_DIG). */
const MOST_DIGITS = 9;
const KEPT_DIGITS = 6;

/** Below it 9 digits need a power of ten above 10^22. */
const FAST_FROM = 1e-13;

/** A scaled value (< 2^30) is off by at most 2^-24 after one float64 product; closer to a half than this, ask exactly. */
const HALF_MARGIN = 1e-6;

const FLOAT = new Float32Array(1);

/**
 * @param x a float32 value (any other number is a bug of the caller and throws)
 * @returns the float64 that reads as the shortest decimal of `x`; NaN, infinities and -0 are returned as they are
 */
export function shortestDecimal(x: number): number {
  if (x === 0 || x === 1) return x;
  FLOAT[0] = x;
  if (FLOAT[0] !== x) {
    if (Number.isNaN(x)) return x;
    throw new Error(`${x} is not a float32`);
  }
  // A tie comes back as 0. No power of two in this range needs the upper neighbour, see `searched`.
  if (x >= FAST_FROM && x < 1) {
    const decimal = scaled(x);
    if (decimal > 0) return decimal;
  }
  return Number.isFinite(x) ? searched(x) : x;
}

/**
 * Six digits come first: a decimal of at most six digits that reads back as `x` is the closest six-digit one, because
 * neighbouring six-digit decimals lie further apart than the float32 around them.
 *
 * @returns 0 where one product in float64 cannot tell which decimal is closest
 */
function scaled(x: number): number {
  let zeros = 0;
  while (x * POWER_OF_TEN[zeros + 1]! < 1) zeros += 1;
  for (let digits = zeros + KEPT_DIGITS; digits <= zeros + MOST_DIGITS; digits += 1) {
    const power = POWER_OF_TEN[digits]!;
    const product = x * power;
    const floor = Math.floor(product);
    const rest = product - floor;
    if (Math.abs(rest - 0.5) < HALF_MARGIN) return 0;
    // Both are exact integers, so the quotient is the float64 nearest to the decimal.
    const decimal = (rest > 0.5 ? floor + 1 : floor) / power;
    if (Math.fround(decimal) === x) return decimal;
  }
  return 0;
}

/** Any finite value but 0, by its exact digits. Rare in scores: powers of two, ties and what is out of (1e-13, 1). */
function searched(x: number): number {
  const size = Math.abs(x);
  for (let digits = 1; digits <= MOST_DIGITS; digits += 1) {
    const [mantissa, exponent] = size.toExponential(digits - 1).split('e') as [string, string];
    const closest = Number(mantissa.replace('.', ''));
    const unit = Number(exponent) - (digits - 1);
    // toExponential rounds a tie up.
    const even = closest % 2 === 1 && isTieAbove(size, digits) ? closest - 1 : closest;
    // Above a power of two the interval is twice as wide as below, so only the upper neighbour can hold instead.
    for (const candidate of even === closest ? [closest, closest + 1] : [even, closest]) {
      const decimal = Number(`${candidate}e${unit}`);
      if (Math.fround(decimal) === size) return x < 0 ? -decimal : decimal;
    }
  }
  throw new Error(`nine digits do not identify the float32 ${x}`);
}

/** Whether the exact decimal of `size` is a 5 and nothing more behind its first `digits` digits. */
function isTieAbove(size: number, digits: number): boolean {
  const exact = size.toExponential(100).split('e')[0]!.replace('.', '');
  return /^50*$/.test(exact.slice(digits));
}
