/** What an evaluation found: the content of `evaluation.json`. Rates and areas are 0 to 1, lengths are in nt. */

import type { Estimate } from './bootstrap.ts';
import type { Half } from './halves.ts';
import type { Leakage } from './leakage.ts';
import type { WindowFile } from './windows.ts';

export const EVALUATION_FORMAT = 1;

/** Of one run of `predict`, from its summary. */
export interface ModelFacts {
  readonly name: string;
  /** Of the bundle's manifest. */
  readonly sha256: string;
  readonly precision: string;
  /** Of the head that was used; null where it is not calibrated. */
  readonly threshold: number | null;
}

/** Of called fragments of half B, at the bundle's threshold. */
export interface Decisions {
  readonly fragments: number;
  readonly viruses: number;
  readonly threshold: number;
  readonly accuracy: Estimate | null;
  readonly recall: Estimate | null;
  readonly f1: Estimate | null;
  readonly mcc: Estimate | null;
  /** Calibration error with the classes as they were drawn … */
  readonly ece: Estimate | null;
  /** … and with viruses and others weighing the same, which is what the calibration is fitted for. */
  readonly ece_equal: Estimate | null;
}

/** How many of a class that are no viruses are called virus; of called fragments of half B. */
export interface FalsePositives {
  /** Host class, or `shuffled`. */
  readonly class: string;
  readonly fragments: number;
  readonly genomes: number;
  /** Null where the bundle is not calibrated. */
  readonly at_threshold: Estimate | null;
  /** `call == viral`. */
  readonly by_call: Estimate | null;
}

export interface FamilyReport {
  readonly family: string;
  /** Of half A the threshold has seen the family. */
  readonly half: Half;
  readonly fragments: number;
  readonly called: number;
  readonly genomes: number;
  /** Called fragments of the family against all called ones that are no viruses. */
  readonly auroc: Estimate | null;
  /** Part of its called fragments at or above the threshold; null where the bundle is not calibrated. */
  readonly recall: Estimate | null;
}

export interface LengthReport {
  readonly length: number;
  /** Chunk length of the head. */
  readonly head: number;
  readonly fragments: number;
  readonly viruses: number;
  readonly called: number;
  readonly without_frame: { readonly virus: number; readonly other: number };
  /** Ranked by weighted_delta, called fragments of all families. */
  readonly auroc_called: Estimate | null;
  /** All fragments, those without a frame at 0. */
  readonly auroc_all: Estimate | null;
  /** Called fragments. */
  readonly average_precision: Estimate | null;
  /** Null where the bundle is not calibrated. */
  readonly decisions: Decisions | null;
  readonly false_positives: readonly FalsePositives[];
  readonly families: readonly FamilyReport[];
}

export interface Evaluation {
  readonly format: typeof EVALUATION_FORMAT;
  readonly model: Omit<ModelFacts, 'threshold'>;
  readonly windows: { readonly count: number; readonly files: readonly WindowFile[] };
  readonly seed: number;
  /** Fragments and shuffled sequences drawn for each length. */
  readonly fragments: number;
  readonly shuffled: number;
  readonly resamples: number;
  readonly lengths: readonly LengthReport[];
  /** Null where no training windows were given. */
  readonly leakage: Leakage | null;
}

/** JSON with two spaces of indentation, numbers rounded to 4 decimals, a line feed at the end. */
export function evaluationText(evaluation: Evaluation): string {
  const rounded = (key: string, value: unknown) =>
    // The threshold is the bundle's own number, to be found again there.
    typeof value === 'number' && key !== 'threshold' ? Math.round(value * 1e4) / 1e4 : value;
  return `${JSON.stringify(evaluation, rounded, 2)}\n`;
}
