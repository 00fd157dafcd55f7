/** Draws fragments of one length from the windows, and shuffled sequences, all with the random numbers it is given. */

import type { Random } from './random.ts';
import { WINDOW_LENGTH, type Window } from './windows.ts';

export interface Fragment {
  readonly id: string;
  /** A shuffled sequence is no virus; it is counted apart from the other fragments that are none. */
  readonly truth: 'virus' | 'other' | 'shuffled';
  /** Index of the window it was drawn from. */
  readonly window: number;
  readonly letters: string;
}

/** The IUPAC letters, and what stands opposite. */
const COMPLEMENTS: Readonly<Record<string, string>> = Object.fromEntries(
  [...'ACGTURYSWKMBDHVN'].map((letter, index) => [letter, 'TGCAAYRSWMKVHDBN'[index]!]),
);

/** No window twice; start and strand are random. @param count at most as many as there are windows */
export function drawFragments(windows: readonly Window[], length: number, count: number, random: Random): Fragment[] {
  const chosen = random.shuffled(windows.keys()).slice(0, count);
  return chosen.map((window, index) => {
    const { isVirus, letters } = windows[window]!;
    const piece = cut(letters, length, random);
    return {
      id: `fragment_${index + 1}`,
      truth: isVirus ? 'virus' : 'other',
      window,
      letters: random.below(2) === 0 ? piece : reverseComplement(piece),
    };
  });
}

/**
 * Pieces of random windows with their letters in random order, every second one with its pairs of letters (at 0, 2, 4 …)
 * in random order instead, which keeps more of what is usual next to what.
 */
export function drawShuffled(windows: readonly Window[], length: number, count: number, random: Random): Fragment[] {
  return Array.from({ length: count }, (_, index) => {
    const window = random.below(windows.length);
    const piece = cut(windows[window]!.letters, length, random);
    const parts = index % 2 === 0 ? piece : pairsOf(piece);
    return { id: `shuffled_${index + 1}`, truth: 'shuffled', window, letters: random.shuffled(parts).join('') };
  });
}

export function reverseComplement(letters: string): string {
  return Array.from(letters, (letter) => COMPLEMENTS[letter] ?? 'N')
    .reverse()
    .join('');
}

/** With a line feed behind every line. */
export function fastaText(fragments: readonly Fragment[]): string {
  return fragments.map(({ id, letters }) => `>${id}\n${letters}\n`).join('');
}

function cut(letters: string, length: number, random: Random): string {
  const start = random.below(WINDOW_LENGTH - length + 1);
  return letters.slice(start, start + length);
}

function pairsOf(letters: string): string[] {
  return letters.match(/..?/g) ?? [];
}
