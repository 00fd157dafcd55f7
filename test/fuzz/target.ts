/** What fuzzing throws inputs at: one reader, where its inputs come from, and what counts as an outcome. */

import type { Dice } from './dice.ts';

/** What became of inputs, by word: `inputs`, `read`, `refused` and what a target likes to count besides. */
export type Tally = Readonly<Record<string, number>>;

export interface FuzzCase {
  /** Written down when it fails; undefined where it is too much, and seed and number make it again. */
  readonly input: Uint8Array | undefined;
  /** @throws anything: a finding */
  readonly run: () => Tally | Promise<Tally>;
}

export interface FuzzTarget {
  readonly name: string;
  /** For `--list`. */
  readonly what: string;
  /**
   * Gets ready once.
   *
   * @param folder an empty one of its own
   * @returns makes a case; the same dice, the same case
   */
  readonly open: (folder: string) => (dice: Dice) => FuzzCase;
}
