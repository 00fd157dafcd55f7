/** Full (every token sees every token) multi-head attention in float64, for one sequence. */

import { linear, softmax } from './linear.ts';

/** Query, key and value of one sequence, each `[tokens, width]`; head h owns columns [h * size, (h + 1) * size). */
export interface Projections {
  readonly query: Float64Array;
  readonly key: Float64Array;
  readonly value: Float64Array;
}

/**
 * softmax(query key^T / sqrt(size) + bias) value, per head.
 *
 * @param bias added to the scaled score of head, query token i, key token j
 * @returns `[tokens, width]`
 */
export function attend(
  { query, key, value }: Projections,
  tokens: number,
  heads: number,
  bias?: (head: number, i: number, j: number) => number,
): Float64Array {
  const width = query.length / tokens;
  const size = width / heads;
  const mixed = new Float64Array(query.length);
  for (let head = 0; head < heads; head++) {
    const from = head * size;
    // [tokens, tokens]: row i holds the scores of query token i.
    const scores = linear(columns(query, width, from, size), tokens, columns(key, width, from, size));
    for (let i = 0; i < tokens; i++) {
      for (let j = 0; j < tokens; j++) {
        const at = i * tokens + j;
        scores[at] = scores[at]! / Math.sqrt(size) + (bias === undefined ? 0 : bias(head, i, j));
      }
      softmax(scores, i * tokens, tokens);
    }
    const result = linear(scores, tokens, transpose(columns(value, width, from, size), size));
    for (let t = 0; t < tokens; t++) mixed.set(result.subarray(t * size, (t + 1) * size), t * width + from);
  }
  return mixed;
}

/** Columns [from, from + count) of a `[rows, width]` matrix: `[rows, count]`. */
function columns(x: Float64Array, width: number, from: number, count: number): Float64Array {
  const rows = x.length / width;
  const y = new Float64Array(rows * count);
  for (let r = 0; r < rows; r++) y.set(x.subarray(r * width + from, r * width + from + count), r * count);
  return y;
}

/** `[rows, width]` -> `[width, rows]`. */
function transpose(x: Float64Array, width: number): Float64Array {
  const rows = x.length / width;
  const y = new Float64Array(x.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < width; c++) y[c * rows + r] = x[r * width + c]!;
  return y;
}

/**
 * Rotary position embedding in place on `[tokens, width]`: in every head, the pair (c, c + size/2) of token p is turned
 * by p * inverse[c] radians; the first token has position 0.
 *
 * @param inverse `[size / 2]`
 */
export function rotate(x: Float64Array, tokens: number, inverse: Float32Array): void {
  const half = inverse.length;
  const width = x.length / tokens;
  for (let p = 0; p < tokens; p++) {
    for (let c = 0; c < half; c++) {
      const cos = Math.cos(p * inverse[c]!);
      const sin = Math.sin(p * inverse[c]!);
      for (let at = p * width + c; at < (p + 1) * width; at += 2 * half) {
        const first = x[at]!;
        const second = x[at + half]!;
        x[at] = first * cos - second * sin;
        x[at + half] = second * cos + first * sin;
      }
    }
  }
}
