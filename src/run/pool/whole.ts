/** Puts together what came in parts because it was larger than its ring. */

import type { RingFrame } from '../../ring/consumer.ts';

export interface WholePiece {
  readonly memory: Uint8Array;
  readonly start: number;
  readonly end: number;
}

export class Whole {
  #parts: Uint8Array[] = [];

  /** Takes a frame; gives the piece when this was its last part, in the ring itself where it was the only one. */
  take({ more, memory, start, end }: RingFrame): WholePiece | undefined {
    if (!more && this.#parts.length === 0) return { memory, start, end };
    this.#parts.push(memory.slice(start, end));
    if (more) return undefined;
    const whole = Buffer.concat(this.#parts);
    this.#parts = [];
    // Rows are read as 16-bit words: a pooled Buffer might begin anywhere, this one does not.
    return { memory: new Uint8Array(whole), start: 0, end: whole.length };
  }
}
