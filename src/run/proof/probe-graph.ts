/**
 * A probe in the making: a small graph, what is fed to it, and what must come out. In float16 arithmetic the graph itself
 * turns its inputs and constants into float16 and its output back, so that sessions only ever see float32 and int32.
 */

import type { Arithmetic, Probe, Tensor } from '../../device/backend.ts';
import { ELEMENT, OnnxGraph, type Value } from '../../model/graph/onnx.ts';
import { VERSION } from '../../system/program.ts';
import { roundedToHalf } from './normal-values.ts';

export interface KnownProbe {
  /** What is computed, as it begins a sentence: `attention over 64 tokens`. */
  readonly name: string;
  readonly probe: Probe;
  /** Row-major, of `probe.output.shape`. */
  readonly expected: Float64Array;
  /** Largest |difference| of a value that passes. */
  readonly allowed: number;
  /** Smallest cosine that passes; undefined where the differences say enough. */
  readonly cosine: number | undefined;
}

/** Largest |difference| that passes, relative to the largest known value where that is above 1. */
export interface Allowed {
  /**
   * 1e-5 is what embeddings are promised to. A device that rounds its factors to 11 bits (TF32, float16) is 1e-4 and more
   * off, float32 in any order of its sums less than 1e-6.
   */
  readonly fp32: number;
  /** A float16 result alone may be 5e-4 off; a kernel may round what is between as well. */
  readonly fp16: number;
}

const USUAL: Allowed = { fp32: 1e-5, fp16: 1e-2 };
const SMALLEST_COSINE = 0.999;

export class ProbeGraph {
  readonly graph: OnnxGraph;
  readonly #inputs: Tensor[] = [];

  constructor(
    readonly name: string,
    readonly arithmetic: Arithmetic,
  ) {
    this.graph = new OnnxGraph('probe');
  }

  /** Values as this arithmetic can hold them: what the device gets, and what the known result is computed from. */
  held(values: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
    return this.arithmetic === 'fp16' ? roundedToHalf(values) : values;
  }

  /** @param values row-major; those of `held` */
  input(name: string, shape: readonly number[], values: Float32Array<ArrayBuffer>): Value {
    this.#inputs.push({ name, shape, data: values });
    return this.#converted(this.graph.input(name, 'float32', shape));
  }

  ids(name: string, shape: readonly number[], values: Int32Array<ArrayBuffer>): Value {
    this.#inputs.push({ name, shape, data: values });
    return this.graph.input(name, 'int32', shape);
  }

  /** @param values row-major; those of `held` */
  constant(name: string, shape: readonly number[], values: Float32Array): Value {
    return this.#converted(this.graph.constant(name, shape, values));
  }

  /**
   * @param result what the device is asked for
   * @param expected of `shape`, row-major
   */
  finish(result: Value, shape: readonly number[], expected: Float64Array, allowed: Allowed = USUAL): KnownProbe {
    const output = this.arithmetic === 'fp16' ? this.cast('result', result, 'float32') : result;
    this.graph.output(output, 'float32', shape);
    const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
    return {
      name: this.arithmetic === 'fp16' ? `${this.name} in float16` : this.name,
      probe: {
        model: new Uint8Array(this.graph.finish('virnucpro', VERSION)),
        inputs: this.#inputs,
        output: { name: output, shape },
      },
      expected,
      allowed: allowed[this.arithmetic] * largest,
      cosine: this.arithmetic === 'fp16' ? SMALLEST_COSINE : undefined,
    };
  }

  cast(name: string, from: Value, to: 'float16' | 'float32'): Value {
    return this.graph.node('Cast', name, [from], { to: { integer: ELEMENT[to] } });
  }

  #converted(from: Value): Value {
    return this.arithmetic === 'fp16' ? this.cast(`${from}.float16`, from, 'float16') : from;
  }
}
