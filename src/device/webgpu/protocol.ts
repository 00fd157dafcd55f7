/**
 * Messages between the main thread and a GPU Worker, which is bound to one adapter for good. Requests carry a number and
 * are handled one after the other, in the order they were posted; each is answered exactly once. Buffers are transferred.
 *
 * `open` comes first. While it looks for its adapter the C environment of the process must be the one that shows this
 * adapter alone; the notice `bound` says that it was found and the environment is not needed any more.
 *
 * `abort` is no request: it is carried out at once, whatever is under way, and destroys the device, so that a run which
 * would never end is rejected. After a run that failed, every request but `close` is refused: what ONNX Runtime holds then is
 * not to be trusted, and a new Worker takes over.
 */

import type { Precision } from '../../model/graph/weight-sink.ts';
import type { ModelFiles } from '../backend.ts';
import type { ComputeRequest } from '../compute-request.ts';
import type { Fault } from '../fault.ts';

export interface OpenRequest {
  readonly kind: 'open';
  /** dawn.node, as a file. */
  readonly dawn: string;
  /** ONNX Runtime's WebAssembly. */
  readonly wasm: string;
  /** Part of the adapter's name as the driver says it, where the environment leaves several to choose from. */
  readonly adapterName: string | undefined;
  /** A software adapter is meant. Any other request is refused one. */
  readonly isSoftware: boolean;
  readonly model: ModelFiles;
  /** Of the stored weights. */
  readonly precision: Precision;
  /** For tests. */
  readonly fault: Fault | undefined;
}

export type Request = OpenRequest | ComputeRequest | { readonly kind: 'abort' } | { readonly kind: 'close' };

/** Numbers for what is computed. */
export type Result = Float32Array<ArrayBuffer> | undefined;

/** `bound`: see above. `memory`: bytes that live on the GPU, told when they have changed. */
export type Notice = { readonly kind: 'bound' } | { readonly kind: 'memory'; readonly bytes: number };
