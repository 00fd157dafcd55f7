/**
 * One model in ONNX Runtime: tensors in, tensors out, all of them over buffers of ours. `run` blocks its thread, so it lives in
 * a Worker. Every handle is released: values when a run ends, also on an error; the session on `close`.
 */

import type { Tensor } from '../backend.ts';
import { keptText } from './kept-text.ts';
import type { Handle, OrtApi } from './ort-api.ts';

/** ONNXTensorElementDataType. */
const ELEMENT_FLOAT32 = 1;
const ELEMENT_INT32 = 6;

/**
 * Everything whose memory ORT holds by address during a run. A pointer is no reference: without this the collector may free
 * a tensor between the making of its OrtValue and the end of the run, and ORT would read what came after it.
 */
const HELD = new Set<readonly unknown[]>();

/** Several threads may `run` one session at the same time; only its opener closes it. */
export class OrtSession {
  /** @param memory the memory info of the tensors' buffers, where a run names no other */
  constructor(
    readonly api: OrtApi,
    readonly handle: Handle,
    readonly memory: Handle,
  ) {}

  /**
   * Runs the graph once; `output.data` is filled in place.
   * @param memory the memory info of the tensors' buffers
   */
  run(inputs: readonly Tensor[], output: Tensor, memory: Handle = this.memory): void {
    const values: Handle[] = [];
    const tensors = [...inputs, output];
    const namePointers = BigUint64Array.from(tensors, ({ name }) => keptText(name));
    const handles = new BigUint64Array(tensors.length);
    const held = [namePointers, handles, ...tensors.map(({ data }) => data)];
    HELD.add(held);
    try {
      for (const [i, tensor] of tensors.entries()) {
        const value = this.#value(tensor, memory);
        values.push(value);
        handles[i] = BigInt(value);
      }
      this.api.check(
        this.api.call.Run(
          this.handle,
          null,
          namePointers,
          handles,
          inputs.length,
          namePointers.subarray(inputs.length),
          1,
          handles.subarray(inputs.length),
        ),
      );
    } finally {
      for (const value of values) this.api.call.ReleaseValue(value);
      HELD.delete(held);
    }
  }

  close(): void {
    this.api.call.ReleaseSession(this.handle);
  }

  #value({ name, shape, data }: Tensor, memory: Handle): Handle {
    const count = shape.reduce((product, dimension) => product * dimension, 1);
    if (count !== data.length) throw new Error(`${name}: ${data.length} values for shape [${shape.join(', ')}]`);
    const dims = BigInt64Array.from(shape, (dimension) => BigInt(dimension));
    const element = data instanceof Float32Array ? ELEMENT_FLOAT32 : ELEMENT_INT32;
    return this.api.create((slot) =>
      this.api.call.CreateTensorWithDataAsOrtValue(memory, data, data.byteLength, dims, shape.length, element, slot),
    );
  }
}
