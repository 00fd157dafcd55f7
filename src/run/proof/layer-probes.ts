/** Probes of what an encoder does besides attention: long matrix products, lookup, LayerNorm, GELU, the mean. */

import type { Arithmetic } from '../../device/backend.ts';
import { poolingRow } from '../../device/encoder-inputs.ts';
import { layerNorm, linear, pool } from '../../model/graph/layers.ts';
import type { Value } from '../../model/graph/onnx.ts';
import { transpose } from '../../model/graph/weight-sink.ts';
import { gelu } from '../../model/oracle/erf.ts';
import { apply, layerNorm as exactLayerNorm, linear as exactLinear, meanOfRows } from '../../model/oracle/linear.ts';
import { lookUp } from '../../model/oracle/sequences.ts';
import { normalValues, roundedToHalf } from './normal-values.ts';
import { type KnownProbe, ProbeGraph } from './probe-graph.ts';

const ROWS = 2;

/** Numbers in the longest sum of an encoder: the inner width of ESM-2 3B. */
const LONG = 10_240;
const LONG_TOKENS = 16;
const LONG_OUTPUTS = 32;

/**
 * x W with sums of 10240 products, `[2, 16, 10240] x [10240, 32]`: in float32 with weights as they are, and with weights
 * that are widened from float16, as those of a fp16 bundle. Both have the same values, so that one exact result serves both.
 */
export function longProductProbes(): readonly KnownProbe[] {
  const x = normalValues(5000, ROWS * LONG_TOKENS * LONG);
  const weight = roundedToHalf(normalValues(6000, LONG_OUTPUTS * LONG));
  const expected = exactLinear(Float64Array.from(x), ROWS * LONG_TOKENS, weight);
  const probe = (what: string, weightOf: (of: ProbeGraph, plain: Value) => Value): KnownProbe => {
    const of = new ProbeGraph(`a matrix product over ${LONG} numbers${what}`, 'fp32');
    const plain = of.constant('weight', [LONG, LONG_OUTPUTS], turned(weight));
    // Each probe has buffers of its own: a session may transfer them to its Worker.
    const product = linear(of.graph, 'long', longInput(of, x.slice()), weightOf(of, plain), undefined);
    return of.finish(product, [ROWS, LONG_TOKENS, LONG_OUTPUTS], expected);
  };
  return [
    probe('', (_, plain) => plain),
    probe(' with float16 weights', (of, plain) => of.cast('wide', of.cast('half', plain, 'float16'), 'float32')),
  ];
}

/**
 * The same in float16. Factors have mean 3, negative for the last fifth of the numbers: the sums pass 65504, the largest
 * float16, and come back to 55000. A device that adds up in float16 gets Infinity, or loses terms that are small beside
 * the sum. Where the numbers are divided in two or more sums, which are rounded and then added, each of them fits.
 */
export function longHalfProductProbe(): KnownProbe {
  const of = new ProbeGraph(`a matrix product over ${LONG} numbers`, 'fp16');
  const { x, weight } = longHalfFactors();
  const plain = of.constant('weight', [LONG, LONG_OUTPUTS], turned(weight));
  const product = linear(of.graph, 'long', longInput(of, x), plain, undefined);
  const expected = exactLinear(Float64Array.from(x), ROWS * LONG_TOKENS, weight);
  return of.finish(product, [ROWS, LONG_TOKENS, LONG_OUTPUTS], expected, { fp32: 1e-5, fp16: 2e-3 });
}

/** `x` is `[32, 10240]`, `weight` is `[32, 10240]`: all of them numbers that a float16 can hold. */
export function longHalfFactors() {
  const sign = (i: number): number => (i % LONG < 0.8 * LONG ? 1 : -1);
  return {
    x: roundedToHalf(normalValues(7000, ROWS * LONG_TOKENS * LONG).map((value, i) => 3 * sign(i) * (1 + value))),
    weight: roundedToHalf(normalValues(8000, LONG_OUTPUTS * LONG).map((value) => 3 * (1 + value))),
  };
}

function longInput(of: ProbeGraph, x: Float32Array<ArrayBuffer>): Value {
  return of.input('x', [ROWS, LONG_TOKENS, LONG], x);
}

/** `[32, 10240]` -> `[10240, 32]` */
function turned(weight: Float32Array): Float32Array {
  const result = new Float32Array(weight.length);
  transpose(weight, LONG_OUTPUTS, LONG, result);
  return result;
}

/** GELU(LayerNorm(embedding of a token)), `[2, 16, 2560]`: the width of ESM-2 3B. */
export function pointwiseProbe(arithmetic: Arithmetic): KnownProbe {
  const [tokens, width, vocabulary, epsilon] = [16, 2560, 33, 1e-5];
  const of = new ProbeGraph('the lookup with LayerNorm and GELU', arithmetic);
  const table = of.held(normalValues(9000, vocabulary * width));
  const norm = {
    weight: of.held(normalValues(9100, width).map((value) => 1 + value / 4)),
    bias: of.held(normalValues(9200, width).map((value) => value / 4)),
  };
  const ids = Int32Array.from({ length: ROWS * tokens }, (_, i) => (7 * i + 3) % vocabulary);

  const idsValue = of.ids('token_ids', [ROWS, tokens], ids);
  const tableValue = of.constant('table', [vocabulary, width], table);
  const embedded = of.graph.node('Gather', 'embedded', [tableValue, idsValue], { axis: { integer: 0 } });
  const weight = of.constant('weight', [width], norm.weight);
  const normed = layerNorm(of.graph, 'normed', embedded, weight, of.constant('bias', [width], norm.bias), epsilon);
  const result = of.graph.node('Gelu', 'activated', [normed]);

  const expected = exactLayerNorm(lookUp(table, width, ids), norm, epsilon);
  apply(expected, gelu);
  return of.finish(result, [ROWS, tokens, width], expected);
}

/** Mean over the residues, the first and the last token left out, `[1, 1, 300] x [2, 300, 128]`. */
export function meanProbe(arithmetic: Arithmetic): KnownProbe {
  const [tokens, width] = [300, 128];
  const of = new ProbeGraph(`the mean over ${tokens} tokens`, arithmetic);
  const hidden = of.held(normalValues(10_000, ROWS * tokens * width));
  const row = of.input('pooling', [1, 1, tokens], new Float32Array(poolingRow('protein', tokens)));
  const result = pool(of.graph, 'mean', row, of.input('hidden', [ROWS, tokens, width], hidden));

  const exact = Float64Array.from(hidden);
  const expected = new Float64Array(ROWS * width);
  for (let r = 0; r < ROWS; r += 1) {
    expected.set(meanOfRows(exact, width, r * tokens + 1, (r + 1) * tokens - 1), r * width);
  }
  return of.finish(result, [ROWS, 1, width], expected);
}
