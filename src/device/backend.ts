/**
 * The one interface behind which CPU, CUDA and WebGPU compute. A session belongs to one device and one bundle; it takes
 * batches of equal token count and gives back mean embeddings, nothing else crosses the border.
 */

import type { EncoderName } from '../model/bundle/manifest.ts';

/** What computes: ONNX Runtime on the CPU, the same with its CUDA provider, or its WebGPU provider over Dawn. */
export type Backend = 'native-cpu' | 'cuda' | 'webgpu';

export interface DeviceInfo {
  /** As `--device` takes it. */
  readonly id: string;
  readonly backend: Backend;
  /** What a person calls it. */
  readonly name: string;
  /** CPU threads that compute; undefined for a GPU. */
  readonly threads: number | undefined;
  /** Of a GPU: the driver's name and version. */
  readonly driver?: string | undefined;
  /** `0000:65:00.0` */
  readonly pci?: string | undefined;
  /** Bytes that it has, in use or not. */
  readonly memory?: number | undefined;
}

/**
 * How encoders compute. Weights are stored in the bundle's own precision whatever this is.
 * `fp32`: all arithmetic in float32. `fp16`: a device with matrix units for it may multiply float16 numbers, and adds
 * their products up in float32; a device without computes in float32.
 */
export type Arithmetic = 'fp32' | 'fp16';

/** The files and widths a session needs of a bundle; plain data, so that it can be posted to a Worker. */
export interface ModelFiles {
  readonly nucleotide: { readonly path: string; readonly width: number };
  readonly protein: { readonly path: string; readonly width: number };
  readonly classifier: { readonly path: string };
}

/** Rows of one token count, special tokens included. */
export interface Batch {
  readonly encoder: EncoderName;
  readonly rows: number;
  /** Tokens of every row. */
  readonly length: number;
  /** `[rows, length]`, row-major. */
  readonly tokens: Int32Array<ArrayBuffer>;
}

export interface Session {
  readonly device: DeviceInfo;
  /** Batches that are computed at the same time. */
  readonly parallel: number;
  /** Batches to keep under way: enough that the device never waits for the next one. */
  readonly inFlight: number;
  /** Bytes that it holds now: of a GPU its own, of the CPU the whole program's; undefined where it cannot be told. */
  readonly memory?: number | undefined;
  /** Mean embeddings `[rows, width]` of the batch's encoder. */
  encode(batch: Batch): Promise<{ readonly embeddings: Float32Array<ArrayBuffer>; readonly seconds: number }>;
  /**
   * Scores `[rows, 2]`, softmax over [others, virus].
   * @param nucleotide `[rows, nucleotide width]`
   * @param protein `[rows, protein width]`
   */
  classify(
    rows: number,
    nucleotide: Float32Array<ArrayBuffer>,
    protein: Float32Array<ArrayBuffer>,
  ): Promise<Float32Array<ArrayBuffer>>;
  /** Runs a small graph that has nothing to do with the bundle: to prove operators before they are relied on. */
  probe(probe: Probe): Promise<Float32Array<ArrayBuffer>>;
  /** Releases everything. What is still under way is given up. */
  close(): Promise<void>;
}

/** A graph with its inputs and the one output that is wanted. Plain data, so that it can be posted to a Worker. */
export interface Probe {
  /** An ONNX model, whole. */
  readonly model: Uint8Array<ArrayBuffer>;
  readonly inputs: readonly Tensor[];
  readonly output: { readonly name: string; readonly shape: readonly number[] };
}

export interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Row-major; Float32Array is a float32 tensor, Int32Array an int32 one. */
  readonly data: Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>;
}

/** What went wrong on a device, by kind: the scheduler reacts to the kind, a person reads the message. */
export class DeviceError extends Error {
  override readonly name = 'DeviceError';
  constructor(
    readonly kind: 'OutOfMemory' | 'DeviceLost' | 'Unsupported' | 'Bug',
    message: string,
  ) {
    super(message);
  }
}
