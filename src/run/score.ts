/**
 * From windows to scored windows, in input order. While the device works on one window, the next one is read and
 * tokenised, and the one before is classified and written.
 */

import { type Embeddings, type EncodeContext, encodeWindow } from './encode.ts';
import type { Window } from './window.ts';

/** Pairs classified in one call: enough to fill a matrix product, small beside the window's embeddings. */
const CLASSIFIER_ROWS = 1024;

export interface ScoredWindow {
  readonly window: Window;
  /** `[pairs, 2]`: P(others), P(virus) of each pair of the window. */
  readonly scores: Float32Array;
  readonly embeddings: Embeddings;
}

export async function* scoreWindows(
  windows: AsyncIterable<Window>,
  context: EncodeContext,
): AsyncGenerator<ScoredWindow, void, undefined> {
  const source = windows[Symbol.asyncIterator]();
  const first = await source.next();
  if (first.done === true) return;
  let window = first.value;
  let encoding = encodeWindow(window, context);
  let reading = source.next();
  for (;;) {
    // Both run at once; whichever fails first must not leave the other's failure unheard.
    const [embeddings, following] = await Promise.all([encoding, reading]);
    const current = window;
    if (following.done !== true) {
      window = following.value;
      encoding = encodeWindow(window, context);
      reading = source.next();
      // Their errors are met in the next turn of the loop, after this window was delivered.
      encoding.catch(() => undefined);
      reading.catch(() => undefined);
    }
    yield { window: current, scores: await classify(current, embeddings, context), embeddings };
    if (following.done === true) return;
  }
}

async function classify(window: Window, embeddings: Embeddings, context: EncodeContext): Promise<Float32Array> {
  const pairs = window.pairNucleotide.length;
  const scores = new Float32Array(pairs * 2);
  for (let at = 0; at < pairs; at += CLASSIFIER_ROWS) {
    const rows = Math.min(CLASSIFIER_ROWS, pairs - at);
    const { nucleotide, protein } = context.widths;
    const part = await context.session.classify(
      rows,
      gather(embeddings.nucleotide, nucleotide, window.pairNucleotide, at, rows),
      gather(embeddings.protein, protein, window.pairProtein, at, rows),
    );
    scores.set(part, at * 2);
  }
  return scores;
}

/** Rows `indices[at, at + rows)` of a matrix, one after the other. */
function gather(
  matrix: Float32Array,
  width: number,
  indices: readonly number[],
  at: number,
  rows: number,
): Float32Array<ArrayBuffer> {
  const out = new Float32Array(rows * width);
  for (let i = 0; i < rows; i += 1) {
    const row = indices[at + i]!;
    out.set(matrix.subarray(row * width, (row + 1) * width), i * width);
  }
  return out;
}
