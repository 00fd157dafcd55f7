/**
 * Fragments in the order of their scores, highest first: sorted once, then counted any number of times with other weights.
 *
 * A weight belongs to a genome (a cluster), because a resample takes whole genomes. Fragments of equal score stand side
 * by side and count together, whatever order they came in.
 */

export interface Ranked {
  readonly score: number;
  readonly isVirus: boolean;
  /** Index into the weights. */
  readonly cluster: number;
}

export class Ranking {
  /** 1 for a virus. */
  readonly labels: Uint8Array;
  readonly clusters: Int32Array;
  /** 1 where the next fragment has a lower score, and for the last. */
  readonly endsTie: Uint8Array;

  constructor(fragments: readonly Ranked[]) {
    const sorted = fragments.toSorted((one, other) => other.score - one.score);
    this.labels = Uint8Array.from(sorted, ({ isVirus }) => (isVirus ? 1 : 0));
    this.clusters = Int32Array.from(sorted, ({ cluster }) => cluster);
    this.endsTie = Uint8Array.from(sorted, ({ score }, index) => (sorted[index + 1]?.score === score ? 0 : 1));
  }

  get length(): number {
    return this.labels.length;
  }
}
