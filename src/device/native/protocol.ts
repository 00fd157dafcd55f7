/**
 * Messages between the main thread and the native Worker. Requests carry a number; the Worker handles them in the
 * order they were posted and answers each exactly once with the same number. Buffers are transferred, not copied.
 *
 * `open` comes first and once; `close` comes last, is answered when every handle is released, and ends the Worker.
 */

import type { Batch, ModelFiles } from '../backend.ts';

export type Request =
  | { readonly kind: 'open'; readonly library: string; readonly model: ModelFiles; readonly threads: number }
  | { readonly kind: 'encode'; readonly batch: Batch }
  | {
      readonly kind: 'classify';
      readonly rows: number;
      readonly nucleotide: Float32Array<ArrayBuffer>;
      readonly protein: Float32Array<ArrayBuffer>;
    }
  | { readonly kind: 'close' };

export interface Numbered {
  readonly number: number;
  readonly request: Request;
}

export type Reply =
  | { readonly number: number; readonly ok: true; readonly data: Float32Array<ArrayBuffer>; readonly seconds: number }
  | {
      readonly number: number;
      readonly ok: false;
      readonly kind: 'OutOfMemory' | 'Unsupported' | 'Bug';
      readonly message: string;
    };
