/**
 * How much of the windows a model is judged by was in its training: words of 31 letters, on either strand, that a window
 * shares with the training windows.
 *
 * The words of the windows that are judged are held (they are fewer), and those that come in training are marked: about
 * 0.6 GB for 40,000 windows of 1,000 nt, however many training windows there are.
 */

import { byClass } from './class-order.ts';
import { forEachWord, WORD_LETTERS } from './k-mers.ts';
import { WordTable } from './word-table.ts';

/** Windows of one class. */
export interface SharedCounts {
  readonly class: string;
  readonly windows: number;
  /** Sharing at least one word … */
  readonly any: number;
  /** … and more than this part of their words. */
  readonly over_10_percent: number;
  readonly over_50_percent: number;
}

export interface Leakage {
  /** Of a word. */
  readonly letters: number;
  readonly training_windows: number;
  /** Windows that share more than a tenth of their words and were therefore not drawn from. */
  readonly left_out: number;
  /** Of all windows, those that were left out included. */
  readonly classes: readonly SharedCounts[];
}

/** A window that shares more of its words than this with training is no test of anything. */
export const LARGEST_SHARED_PART = 0.1;

interface Letters {
  readonly letters: string;
}

/** @returns for each window the part of its words that occur in training, 0 to 1; 0 for one without a word */
export function sharedParts(windows: readonly Letters[], training: Iterable<Letters>): Float64Array {
  const most = windows.reduce((sum, { letters }) => sum + Math.max(0, letters.length - WORD_LETTERS + 1), 0);
  const table = new WordTable(most);
  for (const { letters } of windows) forEachWord(letters, (high, low) => table.add(high, low));
  for (const { letters } of training) forEachWord(letters, (high, low) => table.mark(high, low));
  return Float64Array.from(windows, ({ letters }) => {
    let shared = 0;
    const words = forEachWord(letters, (high, low) => {
      if (table.isMarked(high, low)) shared += 1;
    });
    return words === 0 ? 0 : shared / words;
  });
}

/** @param parts of `sharedParts`, one per window; @param kinds class of each window */
export function countShared(parts: Float64Array, kinds: readonly string[]): SharedCounts[] {
  const classes = [...Map.groupBy(kinds.keys(), (index) => kinds[index]!)].sort(([one], [other]) =>
    byClass(one, other),
  );
  return classes.map(([name, members]) => {
    const over = (limit: number) => members.filter((index) => parts[index]! > limit).length;
    return {
      class: name,
      windows: members.length,
      any: over(0),
      over_10_percent: over(LARGEST_SHARED_PART),
      over_50_percent: over(0.5),
    };
  });
}
