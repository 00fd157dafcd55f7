/**
 * Messages between the main thread and a lane: a native Worker that runs whole batches, one after the other, on the
 * sessions that all lanes share. Requests carry a number; a lane handles them in the order they were posted and answers
 * each exactly once with the same number. Buffers are transferred, not copied.
 *
 * The first lane gets `open` and owns every handle; the others get `join` with those handles, which are addresses in the
 * one process. `close` goes to the first lane when the others have nothing left to do.
 */

import type { Batch, ModelFiles } from '../backend.ts';

/** Addresses of what the first lane opened. */
export interface SharedHandles {
  readonly cpuMemory: bigint;
  readonly nucleotide: bigint;
  readonly protein: bigint;
  readonly classifier: bigint;
}

export interface OpenRequest {
  readonly kind: 'open';
  readonly library: string;
  readonly model: ModelFiles;
  /** Threads inside one operator; 1 where there is a lane for every thread. */
  readonly operatorThreads: number;
}

export interface JoinRequest {
  readonly kind: 'join';
  readonly library: string;
  readonly model: ModelFiles;
  readonly handles: SharedHandles;
}

export interface EncodeRequest {
  readonly kind: 'encode';
  readonly batch: Batch;
}

export interface ClassifyRequest {
  readonly kind: 'classify';
  readonly rows: number;
  readonly nucleotide: Float32Array<ArrayBuffer>;
  readonly protein: Float32Array<ArrayBuffer>;
}

export interface CloseRequest {
  readonly kind: 'close';
}

export type Request = OpenRequest | JoinRequest | EncodeRequest | ClassifyRequest | CloseRequest;

export interface Numbered {
  readonly number: number;
  readonly request: Request;
}

/** What a request that went well gives: handles for `open`, numbers for `encode` and `classify`. */
export type Result = SharedHandles | Float32Array<ArrayBuffer> | undefined;

export type Reply =
  | { readonly number: number; readonly ok: true; readonly result: Result; readonly seconds: number }
  | {
      readonly number: number;
      readonly ok: false;
      readonly kind: 'OutOfMemory' | 'Unsupported' | 'Bug';
      readonly message: string;
    };
