/**
 * The rate of large matrix products alone, through a session's own probes: what the arithmetic of an encoder is set against.
 *
 * A probe opens a graph and runs it once, which takes longer than a product. So a chain of products is timed in two
 * lengths, and the difference counts. The matrix is made on the device out of one vector, as x x^T over |x|^2: a projection,
 * whose powers are itself, so that any number of products neither grows nor vanishes, and P x = x shows that they were
 * computed. Its numbers are random ones: a card computes faster with constants, because it takes less power.
 */

import type { Arithmetic, Session } from '../../src/device/backend.ts';
import { ELEMENT, OnnxGraph } from '../../src/model/graph/onnx.ts';

/** The difference of the two chains must take so long, or start and noise would count. */
const SECONDS = 0.5;
const MOST_PRODUCTS = 4096;
/** Of P x against x, of its largest value: many products in float16 round many times. */
const TOLERANCE = 0.5;

/** @returns floating-point operations per second of `[size, size] x [size, size]` */
export async function matrixPeakOf(session: Session, arithmetic: Arithmetic, size: number): Promise<number> {
  const x = randomVector(size);
  // The first one compiles kernels.
  await timeChain(session, arithmetic, x, 1);
  for (let products = 2; ; products *= 2) {
    const short = await timeChain(session, arithmetic, x, products);
    const long = await timeChain(session, arithmetic, x, 3 * products);
    if (long - short < SECONDS && 3 * products < MOST_PRODUCTS) continue;
    return (2 * products * 2 * size ** 3) / (long - short);
  }
}

/** Seconds of one probe with so many products. */
async function timeChain(
  session: Session,
  arithmetic: Arithmetic,
  x: Float32Array<ArrayBuffer>,
  products: number,
): Promise<number> {
  const size = x.length;
  const squares = x.reduce((sum, value) => sum + value * value, 0);
  const model = new Uint8Array(chain(arithmetic, size, products));
  const inputs = [
    { name: 'column', shape: [size, 1], data: x.slice() },
    { name: 'row', shape: [1, size], data: x.map((value) => value / squares) },
  ];
  const began = performance.now();
  const found = await session.probe({ model, inputs, output: { name: 'found', shape: [size, 1] } });
  const seconds = (performance.now() - began) / 1000;
  if (found.some((value, i) => !(Math.abs(value - x[i]!) <= TOLERANCE)))
    throw new Error('the matrix products are wrong');
  return seconds;
}

/** column x row, `products` times its product with itself, times column. */
function chain(arithmetic: Arithmetic, size: number, products: number): Uint8Array {
  const graph = new OnnxGraph('matrix_peak');
  const isHalf = arithmetic === 'fp16';
  const column = graph.input('column', 'float32', [size, 1]);
  const row = graph.input('row', 'float32', [1, size]);
  const full = graph.node('Mul', 'projection', [column, row]);
  const cast = (name: string, type: keyof typeof ELEMENT, from: typeof full) =>
    graph.node('Cast', name, [from], { to: { integer: ELEMENT[type] } });
  const matrix = isHalf ? cast('projection_half', 'float16', full) : full;
  let power = matrix;
  for (let i = 0; i < products; i += 1) power = graph.node('MatMul', `product.${i}`, [power, matrix]);
  const vector = isHalf ? cast('column_half', 'float16', column) : column;
  const last = graph.node('MatMul', isHalf ? 'found_half' : 'found', [power, vector]);
  graph.output(isHalf ? cast('found', 'float32', last) : last, 'float32', [size, 1]);
  return graph.finish('bench', '0');
}

/** Even in -1 to 1. */
function randomVector(size: number): Float32Array<ArrayBuffer> {
  let state = 7;
  return Float32Array.from({ length: size }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}
