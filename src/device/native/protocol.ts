/**
 * Messages between the main thread and a lane: a native Worker that runs whole batches, one after the other, on the
 * sessions that all lanes of a device share. A lane handles requests in the order they were posted. Batches and pairs
 * are transferred, not copied.
 *
 * The first lane gets `open` and owns every handle; the others get `join` with those handles, which are addresses in the
 * one process. `close` goes to the others first and to the first lane last, when none has anything left to do.
 */

import type { Arithmetic, ModelFiles } from '../backend.ts';
import type { ComputeRequest } from '../compute-request.ts';
import type { CrashFault } from '../fault.ts';

/** Of a card that computes instead of the CPU. Bytes throughout. */
export interface CudaSetup {
  /** Full paths of the libraries that the provider needs, each after those it needs itself. */
  readonly libraries: readonly string[];
  /** As CUDA counts the cards of this process. */
  readonly ordinal: number;
  readonly arithmetic: Arithmetic;
  /** What each session's arena may take, weights included. */
  readonly memory: Readonly<Record<'nucleotide' | 'protein' | 'classifier' | 'probe', number>>;
}

/** The same for all lanes of a device. */
export interface Setup {
  /** Path of ONNX Runtime; its providers lie beside it. */
  readonly library: string;
  readonly model: ModelFiles;
  /** Threads inside one operator; 1 where there is a lane for every thread. */
  readonly operatorThreads: number;
  readonly cuda?: CudaSetup | undefined;
  /** For tests: with its batch of this number, counted from 1, a lane ends the process. */
  readonly crash?: { readonly what: CrashFault; readonly at: number } | undefined;
}

/** Addresses of what the first lane opened. */
export interface SharedHandles {
  readonly environment: bigint;
  readonly cpuMemory: bigint;
  readonly nucleotide: bigint;
  readonly protein: bigint;
  readonly classifier: bigint;
  /** Where the sessions are on a card that gives such memory. */
  readonly pinned: { readonly allocator: bigint; readonly memory: bigint } | undefined;
}

export interface OpenRequest {
  readonly kind: 'open';
  readonly setup: Setup;
}

export interface JoinRequest {
  readonly kind: 'join';
  readonly setup: Setup;
  readonly handles: SharedHandles;
}

export interface CloseRequest {
  readonly kind: 'close';
}

export type Request = OpenRequest | JoinRequest | ComputeRequest | CloseRequest;

/** What a request that went well gives: handles for `open`, numbers for what is computed. */
export type Result = SharedHandles | Float32Array<ArrayBuffer> | undefined;
