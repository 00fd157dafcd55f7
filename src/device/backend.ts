/**
 * The one interface behind which CPU, CUDA and WebGPU compute. A session belongs to one device and one bundle; it takes
 * batches of equal token count and gives back mean embeddings, nothing else crosses the border.
 */

import type { EncoderName } from '../model/bundle/manifest.ts';

export interface DeviceInfo {
  /** As `--device` will take it. */
  readonly id: string;
  readonly backend: 'native-cpu';
  /** What a person calls it. */
  readonly name: string;
  readonly threads: number;
}

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
  close(): Promise<void>;
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
