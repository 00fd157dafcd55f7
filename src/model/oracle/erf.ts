/**
 * The error function in float64, and GELU made of it.
 *
 * erf is the algorithm and the coefficients of FreeBSD's msun/src/s_erf.c (fdlibm): "Copyright (C) 1993 by Sun
 * Microsystems, Inc. All rights reserved. Developed at SunPro, a Sun Microsystems, Inc. business. Permission to use,
 * copy, modify, and distribute this software is freely granted, provided that this notice is preserved."
 * Its stated error is below one unit in the last place.
 */

/** erf(1) rounded to float32: the centre of the second range. */
const ERF_ONE = 8.450629115104675e-1;

// Each pair of polynomials serves one range of |x|: lowest power first. Same float64 values as in the source,
// written with the fewest digits that give them.
const BELOW_084 = {
  top: [
    1.2837916709551256e-1, -3.250421072470015e-1, -2.848174957559851e-2, -5.770270296489442e-3, -2.3763016656650163e-5,
  ],
  bottom: [
    1, 3.9791722395915535e-1, 6.50222499887673e-2, 5.081306281875766e-3, 1.3249473800432164e-4, -3.960228278775368e-6,
  ],
};
const BELOW_125 = {
  top: [
    -2.3621185607526594e-3, 4.1485611868374833e-1, -3.722078760357013e-1, 3.1834661990116175e-1, -1.1089469428239668e-1,
    3.5478304325618236e-2, -2.166375594868791e-3,
  ],
  bottom: [
    1, 1.0642088040084423e-1, 5.40397917702171e-1, 7.182865441419627e-2, 1.2617121980876164e-1, 1.363708391202905e-2,
    1.1984499846799107e-2,
  ],
};
const BELOW_286 = {
  top: [
    -9.864944034847148e-3, -6.938585727071818e-1, -1.0558626225323291e1, -6.2375332450326006e1, -1.6239666946257347e2,
    -1.8460509290671104e2, -8.12874355063066e1, -9.814329344169145,
  ],
  bottom: [
    1, 1.9651271667439257e1, 1.3765775414351904e2, 4.3456587747522923e2, 6.453872717332679e2, 4.2900814002756783e2,
    1.0863500554177944e2, 6.570249770319282, -6.04244152148581e-2,
  ],
};
const BELOW_6 = {
  top: [
    -9.8649429247001e-3, -7.99283237680523e-1, -1.7757954917754752e1, -1.6063638485582192e2, -6.375664433683896e2,
    -1.0250951316110772e3, -4.835191916086514e2,
  ],
  bottom: [
    1, 3.033806074348246e1, 3.257925129965739e2, 1.536729586084437e3, 3.1998582195085955e3, 2.5530504064331644e3,
    4.7452854120695537e2, -2.244095244658582e1,
  ],
};

/** The error function, odd, in [-1, 1]; relative error below 1e-15. */
export function erf(x: number): number {
  const a = Math.abs(x);
  if (a < 0.84375) return x + x * ratio(BELOW_084, x * x);
  if (a < 1.25) return Math.sign(x) * (ERF_ONE + ratio(BELOW_125, a - 1));
  if (a < 6) return Math.sign(x) * (1 - complement(a));
  return Number.isNaN(x) ? x : Math.sign(x);
}

/** 1 - erf(a) for a in [1.25, 6): exp(-a^2) is taken in two parts, because a^2 does not fit a float64. */
function complement(a: number): number {
  const s = 1 / (a * a);
  const tail = ratio(a < 1 / 0.35 ? BELOW_286 : BELOW_6, s);
  const short = Math.fround(a);
  return (Math.exp(-short * short - 0.5625) * Math.exp((short - a) * (short + a) + tail)) / a;
}

function ratio({ top, bottom }: { top: readonly number[]; bottom: readonly number[] }, x: number): number {
  return polynomial(top, x) / polynomial(bottom, x);
}

function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (let i = coefficients.length - 1; i >= 0; i--) sum = sum * x + coefficients[i]!;
  return sum;
}

/** Exact (not tanh) GELU: x times the share of a standard normal distribution below x. */
export function gelu(x: number): number {
  return 0.5 * x * (1 + erf(x * Math.SQRT1_2));
}
