/**
 * From windows to scored windows, in input order. While devices work on one window, the next one is read, tokenised and
 * begun as well, and the one before is classified and written.
 */

import { WindowsAhead } from './ahead.ts';
import { type Embeddings, type EncodeContext, encodeWindow } from './encode.ts';
import type { Fleet } from './fleet/fleet.ts';
import type { Window } from './window.ts';

/** Pairs classified in one call: enough to fill a matrix product, small beside the window's embeddings. */
const CLASSIFIER_ROWS = 1024;
/** One that is classified and written, and two that devices work on or that are read. */
const WINDOWS_ALIVE = 3;

export interface ScoredWindow {
  readonly window: Window;
  /** `[pairs, 2]`: P(others), P(virus) of each pair of the window. */
  readonly scores: Float32Array;
  readonly embeddings: Embeddings;
}

/** @param fleet that computes; it is not closed here */
export async function* scoreWindows(
  windows: AsyncIterable<Window>,
  context: EncodeContext,
  fleet: Fleet,
): AsyncGenerator<ScoredWindow, void, undefined> {
  const encode = (window: Window, number: number) => encodeWindow(window, number, context, fleet);
  const ahead = new WindowsAhead(windows, encode, WINDOWS_ALIVE, () => fleet.noMore());
  for (let next = await ahead.next(); next !== undefined; next = await ahead.next()) {
    const { window, number, embeddings } = next;
    const scores = next.scores ?? (await classify(window, embeddings, context, fleet));
    await context.journal?.scores(number, scores);
    yield { window, scores, embeddings };
  }
}

async function classify(
  window: Window,
  embeddings: Embeddings,
  { widths: { nucleotide, protein }, clock }: EncodeContext,
  fleet: Fleet,
): Promise<Float32Array> {
  const began = performance.now();
  const pairs = window.pairNucleotide.length;
  const scores = new Float32Array(pairs * 2);
  for (let at = 0; at < pairs; at += CLASSIFIER_ROWS) {
    const rows = Math.min(CLASSIFIER_ROWS, pairs - at);
    const part = await fleet.classify(rows, () => ({
      nucleotide: gather(embeddings.nucleotide, nucleotide, window.pairNucleotide, at, rows),
      protein: gather(embeddings.protein, protein, window.pairProtein, at, rows),
    }));
    scores.set(part, at * 2);
  }
  clock.add('classify', (performance.now() - began) / 1000);
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
