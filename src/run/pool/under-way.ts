/** A job that was sent out and whose results were not all taken: where it lies in the text of its input and in the file. */

import type { Job, Piece } from './job.ts';

export class JobUnderWay {
  /** Bytes of the file, as stored, read when the job is done; what is known so far, where more of a stream is to be sent. */
  bytesEnd: number;
  /** Bytes of the text up to its end; undefined where that is not known yet, or damage hides it. */
  textEnd: number | undefined;
  readonly #textStart: number;

  constructor(
    readonly job: Job,
    bytesEnd: number,
  ) {
    this.bytesEnd = bytesEnd;
    const { start, end } = textOf(job.piece);
    this.#textStart = start;
    this.textEnd = end;
  }

  /**
   * About how many of the job's stored bytes stand before a place of the text: compressed text is taken for even.
   *
   * @param offset of the text
   * @param bytesStart of the file before the job
   */
  bytesTo(offset: number, bytesStart: number): number {
    const { textEnd } = this;
    if (textEnd === undefined || textEnd <= this.#textStart) return 0;
    const part = (offset - this.#textStart) / (textEnd - this.#textStart);
    return Math.round(Math.min(1, Math.max(0, part)) * (this.bytesEnd - bytesStart));
  }
}

function textOf(piece: Piece): { readonly start: number; readonly end: number | undefined } {
  switch (piece.kind) {
    case 'plain':
      return { start: piece.from, end: piece.to };
    case 'bgzip': {
      const { offset, bytes } = piece.run;
      return { start: offset, end: bytes === null || bytes === Number.POSITIVE_INFINITY ? undefined : offset + bytes };
    }
    case 'stream':
      return { start: piece.from, end: undefined };
    default:
      return piece satisfies never;
  }
}
