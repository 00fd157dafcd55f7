/** Fragments with what is true of them and what the program said, ready to be counted. */

import type { Fragment } from './fragments.ts';
import type { Half } from './halves.ts';
import type { Prediction } from './sequences-table.ts';
import type { Window } from './windows.ts';

export interface Scored extends Prediction {
  readonly truth: Fragment['truth'];
  /** `viral`, a host class, or `shuffled`. */
  readonly kind: string;
  readonly family: string;
  readonly half: Half;
  /** Number of the genome among those that were drawn from. */
  readonly cluster: number;
}

/** Called, so with a score. */
export type Called = Scored & { readonly delta: number };

export interface ScoredLength {
  readonly length: number;
  /** Chunk length of the head, nt. */
  readonly head: number;
  readonly fragments: readonly Scored[];
  /** Genomes drawn from, viruses and others apart. */
  readonly strata: readonly (readonly number[])[];
  /** Of the head; null where it is not calibrated. */
  readonly threshold: number | null;
}

/** @param halves one per window; @param predictions one per fragment */
export function joinScores(
  fragments: readonly Fragment[],
  predictions: readonly Prediction[],
  windows: readonly Window[],
  halves: readonly Half[],
): Pick<ScoredLength, 'fragments' | 'strata'> {
  const clusters = new Map<string, number>();
  const strata: { readonly virus: number[]; readonly other: number[] } = { virus: [], other: [] };
  const joined = fragments.map((fragment, index): Scored => {
    const window = windows[fragment.window]!;
    let cluster = clusters.get(window.genome);
    if (cluster === undefined) {
      cluster = clusters.size;
      clusters.set(window.genome, cluster);
      strata[window.isVirus ? 'virus' : 'other'].push(cluster);
    }
    return {
      ...predictions[index]!,
      truth: fragment.truth,
      kind: fragment.truth === 'shuffled' ? 'shuffled' : window.kind,
      family: window.family,
      half: halves[fragment.window]!,
      cluster,
    };
  });
  return { fragments: joined, strata: [strata.virus, strata.other] };
}

export function isCalled(fragment: Scored): fragment is Called {
  return fragment.delta !== undefined;
}

/** Different genomes among the fragments. */
export function genomesAmong(fragments: readonly Scored[]): number {
  return new Set(fragments.map(({ cluster }) => cluster)).size;
}
