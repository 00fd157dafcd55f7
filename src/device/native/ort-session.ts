/**
 * One model in ONNX Runtime on the CPU: tensors in, tensors out, all of them over buffers of ours. Nothing is copied
 * besides what the arithmetic itself writes. `run` blocks its thread, so it lives in a Worker.
 *
 * Every handle is released: values when a run ends, also on an error; session, options, memory info and environment
 * on `close`.
 */

import { ptr } from 'bun:ffi';
import { cPath, type Handle, type OrtApi } from './ort-api.ts';

/** OrtLoggingLevel fatal: what goes wrong comes back as a status; ORT must not print it to stderr as well. */
const LOG_FATAL = 4;
/** GraphOptimizationLevel: all of them, the fusions included. */
const OPTIMIZE_ALL = 99;
/**
 * Fusions that cost more than they save on the CPU: bias + GELU takes 2.4 times as long as GELU alone, residual + LayerNorm
 * ten times as long as the two apart, because only the separate kernels are vectorised (measured with ORT 1.30).
 */
const SLOW_FUSIONS = 'BiasGeluFusion;SkipLayerNormFusion';
/** OrtArenaAllocator, OrtMemTypeDefault. */
const ARENA_ALLOCATOR = 1;
const MEMORY_DEFAULT = 0;

/** ONNXTensorElementDataType. */
const ELEMENT_FLOAT32 = 1;
const ELEMENT_INT32 = 6;

export interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Row-major; Float32Array is a float32 tensor, Int32Array an int32 one. */
  readonly data: Float32Array | Int32Array;
}

export interface OrtSessionOptions {
  /** Threads of the arithmetic inside one operator. */
  readonly threads: number;
  /** Where ORT writes the graph as it runs it, for a look at its fusions. */
  readonly optimizedModelPath?: string | undefined;
}

/** The environment is one per process in ORT; it also owns the memory info that every tensor over our buffers names. */
export class OrtEnvironment {
  readonly #environment: Handle;
  readonly cpuMemory: Handle;

  constructor(readonly api: OrtApi) {
    this.#environment = api.create((slot) => api.call.CreateEnv(LOG_FATAL, 'virnucpro', slot));
    this.cpuMemory = api.create((slot) => api.call.CreateCpuMemoryInfo(ARENA_ALLOCATOR, MEMORY_DEFAULT, slot));
  }

  /** @throws OrtError when the model cannot be loaded */
  open(modelPath: string, options: OrtSessionOptions): OrtSession {
    const { api } = this;
    const handle = api.create((slot) => api.call.CreateSessionOptions(slot));
    try {
      api.check(api.call.SetSessionGraphOptimizationLevel(handle, OPTIMIZE_ALL));
      api.check(api.call.SetIntraOpNumThreads(handle, options.threads));
      api.check(api.call.AddSessionConfigEntry(handle, 'optimization.disable_specified_optimizers', SLOW_FUSIONS));
      // Helper threads that wait by spinning would take the cores of the other lanes.
      api.check(api.call.AddSessionConfigEntry(handle, 'session.intra_op.allow_spinning', '0'));
      if (options.optimizedModelPath !== undefined) {
        api.check(api.call.SetOptimizedModelFilePath(handle, cPath(options.optimizedModelPath)));
      }
      const session = api.create((slot) => api.call.CreateSession(this.#environment, cPath(modelPath), handle, slot));
      return new OrtSession(api, session, this.cpuMemory);
    } finally {
      api.call.ReleaseSessionOptions(handle);
    }
  }

  /** After the last session is closed. */
  close(): void {
    this.api.call.ReleaseMemoryInfo(this.cpuMemory);
    this.api.call.ReleaseEnv(this.#environment);
  }
}

/** Zero-ended names by their text, kept for good: ORT reads them through raw pointers, which keep nothing alive. */
const NAMES = new Map<string, Uint8Array>();

function nameBytes(name: string): Uint8Array {
  const known = NAMES.get(name);
  if (known !== undefined) return known;
  // Memory of its own: a small Buffer would be a piece of Bun's shared pool.
  const bytes = new TextEncoder().encode(`${name}\0`);
  NAMES.set(name, bytes);
  return bytes;
}

/**
 * Everything whose memory ORT holds by address during a run. A pointer is no reference: without this the collector may free
 * a tensor between the making of its OrtValue and the end of the run, and ORT would read what came after it.
 */
const HELD = new Set<readonly unknown[]>();

/** Several threads may `run` one session at the same time; only its opener closes it. */
export class OrtSession {
  constructor(
    readonly api: OrtApi,
    readonly handle: Handle,
    readonly cpuMemory: Handle,
  ) {}

  /** Runs the graph once; `output.data` is filled in place. */
  run(inputs: readonly Tensor[], output: Tensor): void {
    const values: Handle[] = [];
    const tensors = [...inputs, output];
    const namePointers = BigUint64Array.from(tensors, ({ name }) => BigInt(ptr(nameBytes(name))));
    const handles = new BigUint64Array(tensors.length);
    const held = [namePointers, handles, ...tensors.map(({ data }) => data)];
    HELD.add(held);
    try {
      for (const [i, tensor] of tensors.entries()) {
        const value = this.#value(tensor);
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

  #value({ name, shape, data }: Tensor): Handle {
    const count = shape.reduce((product, dimension) => product * dimension, 1);
    if (count !== data.length) throw new Error(`${name}: ${data.length} values for shape [${shape.join(', ')}]`);
    const dims = BigInt64Array.from(shape, (dimension) => BigInt(dimension));
    const element = data instanceof Float32Array ? ELEMENT_FLOAT32 : ELEMENT_INT32;
    return this.api.create((slot) =>
      this.api.call.CreateTensorWithDataAsOrtValue(
        this.cpuMemory,
        data,
        data.byteLength,
        dims,
        shape.length,
        element,
        slot,
      ),
    );
  }
}
