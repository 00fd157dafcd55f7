/**
 * Matrix helpers of the float64 oracle. A matrix is a row-major Float64Array, one row per token; parameters stay
 * float32 as stored and are widened, so every product and sum is float64.
 */

/** Output features taken together: 4 x 2 running sums are what the registers hold. */
const PANEL = 4;

/** Parameters, or another matrix of the computation. */
type Matrix = Float32Array | Float64Array;

export interface Affine {
  readonly weight: Float32Array;
  readonly bias: Float32Array;
}

/**
 * x W^T + b; `input` follows from x and `output` from the weights.
 *
 * @param x `[rows, input]`
 * @param weight `[output, input]`
 * @param bias `[output]`, or undefined for none
 * @returns `[rows, output]`
 */
export function linear(x: Float64Array, rows: number, weight: Matrix, bias?: Float32Array): Float64Array {
  const input = x.length / rows;
  const output = weight.length / input;
  if (!Number.isInteger(input) || !Number.isInteger(output) || (bias !== undefined && bias.length !== output)) {
    throw new Error(`a matrix of ${x.length} in ${rows} rows does not fit ${weight.length} weights`);
  }
  const y = new Float64Array(rows * output);
  const panel = new Float64Array(PANEL * input);
  for (let o = 0; o < output; o += PANEL) {
    const used = Math.min(PANEL, output - o);
    interleave(weight, o, used, input, panel);
    // Two rows at a time; an odd last row is paired with itself.
    for (let r = 0; r < rows; r += 2) {
      multiplyPanel(x, panel, input, r, Math.min(r + 1, rows - 1), y, output, o, used);
    }
  }
  if (bias !== undefined) for (let r = 0; r < rows; r++) addInto(y, r * output, bias);
  return y;
}

/** Rows [o, o + used) of the weights, element i of all of them side by side, widened once for all rows of x. */
function interleave(weight: Matrix, o: number, used: number, input: number, panel: Float64Array): void {
  panel.fill(0);
  for (let k = 0; k < used; k++) {
    const row = (o + k) * input;
    for (let i = 0; i < input; i++) panel[PANEL * i + k] = weight[row + i]!;
  }
}

/** Dot products of rows r and s of x with the four rows of a panel. */
function multiplyPanel(
  x: Float64Array,
  panel: Float64Array,
  input: number,
  r: number,
  s: number,
  y: Float64Array,
  output: number,
  o: number,
  used: number,
): void {
  let r0 = 0;
  let r1 = 0;
  let r2 = 0;
  let r3 = 0;
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  const a = r * input;
  const b = s * input;
  for (let i = 0; i < input; i++) {
    const u = x[a + i]!;
    const v = x[b + i]!;
    const p = PANEL * i;
    const w0 = panel[p]!;
    const w1 = panel[p + 1]!;
    const w2 = panel[p + 2]!;
    const w3 = panel[p + 3]!;
    r0 += u * w0;
    r1 += u * w1;
    r2 += u * w2;
    r3 += u * w3;
    s0 += v * w0;
    s1 += v * w1;
    s2 += v * w2;
    s3 += v * w3;
  }
  store(y, r * output + o, used, r0, r1, r2, r3);
  store(y, s * output + o, used, s0, s1, s2, s3);
}

function store(y: Float64Array, at: number, used: number, a: number, b: number, c: number, d: number): void {
  y[at] = a;
  if (used > 1) y[at + 1] = b;
  if (used > 2) y[at + 2] = c;
  if (used > 3) y[at + 3] = d;
}

function addInto(y: Float64Array, at: number, terms: ArrayLike<number>): void {
  for (let i = 0; i < terms.length; i++) y[at + i]! += terms[i]!;
}

/** y += x, element by element. */
export function add(y: Float64Array, x: Float64Array): void {
  if (y.length !== x.length) throw new Error(`cannot add ${x.length} numbers to ${y.length}`);
  addInto(y, 0, x);
}

/** Replaces every element by f of it. */
export function apply(y: Float64Array, f: (x: number) => number): void {
  for (let i = 0; i < y.length; i++) y[i] = f(y[i]!);
}

/** LayerNorm of each row with its biased variance: `[rows, width]` -> a new `[rows, width]`, width from the bias. */
export function layerNorm(x: Float64Array, { weight, bias }: Affine, epsilon: number): Float64Array {
  const width = bias.length;
  const y = new Float64Array(x.length);
  for (let at = 0; at < x.length; at += width) {
    let sum = 0;
    for (let i = 0; i < width; i++) sum += x[at + i]!;
    const mean = sum / width;
    let squares = 0;
    for (let i = 0; i < width; i++) squares += (x[at + i]! - mean) ** 2;
    const scale = 1 / Math.sqrt(squares / width + epsilon);
    for (let i = 0; i < width; i++) y[at + i] = (x[at + i]! - mean) * scale * weight[i]! + bias[i]!;
  }
  return y;
}

/** Replaces `count` numbers from `at` by their softmax; the largest is subtracted first, so that exp cannot overflow. */
export function softmax(y: Float64Array, at = 0, count = y.length): void {
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = at; i < at + count; i++) largest = Math.max(largest, y[i]!);
  let sum = 0;
  for (let i = at; i < at + count; i++) {
    y[i] = Math.exp(y[i]! - largest);
    sum += y[i]!;
  }
  for (let i = at; i < at + count; i++) y[i]! /= sum;
}

/** Mean of rows [from, to) of a `[rows, width]` matrix: `[width]`. */
export function meanOfRows(x: Float64Array, width: number, from: number, to: number): Float64Array {
  if (from >= to) throw new Error('no rows to take the mean of');
  const mean = new Float64Array(width);
  for (let r = from; r < to; r++) addInto(mean, 0, x.subarray(r * width, (r + 1) * width));
  apply(mean, (sum) => sum / (to - from));
  return mean;
}
