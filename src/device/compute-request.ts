/** What every Worker that computes is asked for, whatever it computes with. Batches and pairs are transferred, not copied. */

import type { Batch, Probe } from './backend.ts';

export type ComputeRequest =
  | { readonly kind: 'encode'; readonly batch: Batch }
  | {
      readonly kind: 'classify';
      readonly rows: number;
      /** `[rows, nucleotide width]` */
      readonly nucleotide: Float32Array<ArrayBuffer>;
      /** `[rows, protein width]` */
      readonly protein: Float32Array<ArrayBuffer>;
    }
  /** Opens the probe's model, runs it once and closes it. */
  | { readonly kind: 'probe'; readonly probe: Probe };

/** The buffers that go to the Worker for good. */
export function transferOf(request: ComputeRequest): ArrayBuffer[] {
  switch (request.kind) {
    case 'encode':
      return [request.batch.tokens.buffer];
    case 'classify':
      return [request.nucleotide.buffer, request.protein.buffer];
    case 'probe':
      // Its inputs may be asked for again.
      return [];
    default:
      return request satisfies never;
  }
}

/** What a Worker computes with; at once, or waiting for a GPU. */
export interface Computing<Numbers> {
  /** Mean embeddings `[rows, width]`. */
  encode(batch: Batch): Numbers;
  /** Scores `[rows, 2]`. */
  classify(rows: number, nucleotide: Float32Array<ArrayBuffer>, protein: Float32Array<ArrayBuffer>): Numbers;
  probe(probe: Probe): Numbers;
}

export function compute<Numbers>(engine: Computing<Numbers>, request: ComputeRequest): Numbers {
  switch (request.kind) {
    case 'encode':
      return engine.encode(request.batch);
    case 'classify':
      return engine.classify(request.rows, request.nucleotide, request.protein);
    case 'probe':
      return engine.probe(request.probe);
    default:
      return request satisfies never;
  }
}
