/** Fits the calibration and the threshold of the heads, on called fragments of half A. */

import { UserError } from '../../../src/system/errors.ts';
import { fitPlatt, logOdds, type PlattPoint, probabilityOf } from './platt.ts';
import { type Called, isCalled, type ScoredLength } from './scored.ts';
import { chooseThreshold, type Weighed } from './threshold.ts';

/** As `models import --calibration` takes it. */
export interface Calibration {
  readonly slope: number;
  readonly intercept: number;
  readonly threshold: number;
  readonly fitted_on: string;
}

/** What the threshold comes to on half A. */
export interface Fitted {
  /** Chunk length, nt. */
  readonly head: number;
  readonly calibration: Calibration;
  readonly mcc: number;
  /** Part called virus, by `length class`. */
  readonly rates: ReadonlyMap<string, number>;
}

/**
 * Largest part of called fragments that may be called virus; for each length by itself. Half of what is asked of the
 * model (0.10 and 0.05), because other families differ: limits of 0.08 let 0.15 through on half B. Fragments shorter
 * than the head's chunks are left out: a shuffled read of 150 nt looks so much like a virus that it would take the
 * threshold to where no virus is found.
 */
const LIMITS: Readonly<Record<string, number>> = {
  archaea: 0.05,
  bacteria: 0.05,
  plasmid: 0.05,
  shuffled: 0.025,
};

/** @param scored the lengths that the head computes */
export function fitHead(head: number, scored: readonly ScoredLength[]): Fitted {
  const parts = scored.map(({ length, fragments }) => ({
    length,
    called: fragments.filter(({ half }) => half === 'A').filter(isCalled),
  }));
  const platt = fitPlatt(parts.flatMap(({ called }) => plattPoints(called)));
  if (!(platt.slope > 0)) {
    throw new UserError(
      `the scores of the ${head} nt head do not rise with the probability of a virus`,
      'A model that has learned nothing cannot be calibrated.',
    );
  }
  const weighed = parts.flatMap(({ length, called }) => {
    const weight = 1 / naturalOf(called).length;
    return called.map(
      (one): Weighed => ({
        probability: probabilityOf(platt, logOdds(one.delta)),
        isVirus: one.truth === 'virus',
        weight: one.truth === 'shuffled' ? 0 : weight,
        limit: length < head || LIMITS[one.kind] === undefined ? undefined : `${length} ${one.kind}`,
      }),
    );
  });
  const limits = new Map(
    parts
      .filter(({ length }) => length >= head)
      .flatMap(({ length }) => Object.entries(LIMITS).map(([kind, limit]) => [`${length} ${kind}`, limit] as const)),
  );
  const chosen = chooseThreshold(weighed, limits);
  if (chosen === undefined) {
    throw new UserError(
      `no threshold of the ${head} nt head keeps the false positives within their limits and finds a virus`,
      'Draw more fragments (--fragments), or train the model further.',
    );
  }
  return {
    head,
    calibration: { ...platt, threshold: chosen.threshold, fitted_on: fittedOn(parts) },
    mcc: chosen.mcc,
    rates: chosen.rates,
  };
}

/** The text of the file that `--fit` names. */
export function calibrationText(fitted: readonly Fitted[]): string {
  const byHead = Object.fromEntries(fitted.map(({ head, calibration }) => [String(head), calibration]));
  return `${JSON.stringify(byHead, undefined, 2)}\n`;
}

/** One length weighs as much as another, and in it viruses as much as others. */
function plattPoints(called: readonly Called[]): PlattPoint[] {
  const natural = naturalOf(called);
  const viruses = natural.filter(({ truth }) => truth === 'virus').length;
  return natural.map(({ delta, truth }) => {
    const isVirus = truth === 'virus';
    return { x: logOdds(delta), isVirus, weight: 1 / (isVirus ? viruses : natural.length - viruses) };
  });
}

function naturalOf(called: readonly Called[]): Called[] {
  return called.filter(({ truth }) => truth !== 'shuffled');
}

function fittedOn(parts: readonly { readonly length: number; readonly called: readonly Called[] }[]): string {
  const fragments = parts.reduce((sum, { called }) => sum + naturalOf(called).length, 0);
  const viruses = new Set(
    parts.flatMap(({ called }) => called.filter(({ truth }) => truth === 'virus')).map(({ family }) => family),
  );
  const lengths = parts.map(({ length }) => length).join(' and ');
  return (
    `half A of the validation families: ${fragments} fragments of ${lengths} nt with an open frame, ` +
    `viruses of ${[...viruses].sort().join(', ')}; viruses and others weighted equally`
  );
}
