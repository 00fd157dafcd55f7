/** Everything that is told about the fragments of one length. */

import { auroc } from './auroc.ts';
import { averagePrecision } from './average-precision.ts';
import { Bootstrap, type Estimate, type Statistic } from './bootstrap.ts';
import { calibrationError } from './calibration-error.ts';
import { byClass } from './class-order.ts';
import {
  accuracy,
  type Confusion,
  confusionOf,
  type Decided,
  f1,
  falsePositiveRate,
  mcc,
  recall,
} from './confusion.ts';
import type { Decisions, FalsePositives, FamilyReport, LengthReport } from './evaluation.ts';
import type { Random } from './random.ts';
import { type Ranked, Ranking } from './ranking.ts';
import { type Called, genomesAmong, isCalled, type Scored, type ScoredLength } from './scored.ts';

/** @param resamples of the bootstrap intervals */
export function measure(scored: ScoredLength, random: Random, resamples: number): LengthReport {
  const bootstrap = new Bootstrap(scored.strata, random, resamples);
  const natural = scored.fragments.filter(({ truth }) => truth !== 'shuffled');
  const called = natural.filter(isCalled);
  const without = (truth: Scored['truth']) => natural.filter((one) => one.truth === truth && !isCalled(one)).length;

  const rankedCalled = new Ranking(called.map(ranked));
  const rankedAll = new Ranking(natural.map(ranked));
  const area = (ranking: Ranking, of: readonly Scored[]) =>
    bootstrap.estimate((weights) => auroc(ranking, weights), genomesAmong(of));
  return {
    length: scored.length,
    head: scored.head,
    fragments: natural.length,
    viruses: natural.filter(({ truth }) => truth === 'virus').length,
    called: called.length,
    without_frame: { virus: without('virus'), other: without('other') },
    auroc_called: area(rankedCalled, called),
    auroc_all: area(rankedAll, natural),
    average_precision: bootstrap.estimate((weights) => averagePrecision(rankedCalled, weights), genomesAmong(called)),
    decisions: decisionsOf(scored, called, bootstrap),
    false_positives: falsePositivesOf(scored, bootstrap),
    families: familiesOf(natural, called, bootstrap),
  };
}

function ranked({ truth, delta, cluster }: Scored): Ranked {
  return { score: delta ?? 0, isVirus: truth === 'virus', cluster };
}

function decisionsOf({ threshold }: ScoredLength, called: readonly Called[], bootstrap: Bootstrap): Decisions | null {
  if (threshold === null) return null;
  const half = called.filter((one) => one.half === 'B');
  const decided = half.map(atThreshold);
  const estimated = half.map(({ probability, truth, cluster }) => {
    if (probability === undefined) throw new Error('a called fragment of a calibrated bundle without a probability');
    return { probability, isVirus: truth === 'virus', cluster };
  });
  const genomes = genomesAmong(half);
  const counted = (value: (confusion: Confusion) => number) =>
    bootstrap.estimate((weights) => value(confusionOf(decided, weights)), genomes);
  return {
    fragments: half.length,
    viruses: half.filter(({ truth }) => truth === 'virus').length,
    threshold,
    accuracy: counted(accuracy),
    recall: counted(recall),
    f1: counted(f1),
    mcc: counted(mcc),
    ece: bootstrap.estimate((weights) => calibrationError(estimated, weights, 'drawn'), genomes),
    ece_equal: bootstrap.estimate((weights) => calibrationError(estimated, weights, 'equal'), genomes),
  };
}

function falsePositivesOf({ fragments }: ScoredLength, bootstrap: Bootstrap): FalsePositives[] {
  const half = fragments.filter((one) => one.half === 'B' && one.truth !== 'virus').filter(isCalled);
  const classes = [...Map.groupBy(half, ({ kind }) => kind)].sort(([one], [other]) => byClass(one, other));
  return classes.map(([name, members]) => {
    const genomes = genomesAmong(members);
    return {
      class: name,
      fragments: members.length,
      genomes,
      at_threshold: rateOf(members, bootstrap, genomes, falsePositiveRate),
      by_call: bootstrap.estimate(rate(members.map(byCall), falsePositiveRate), genomes),
    };
  });
}

/** Viruses, by name. Against all called fragments that are none, of both halves: nothing is decided here but the order. */
function familiesOf(natural: readonly Scored[], called: readonly Called[], bootstrap: Bootstrap): FamilyReport[] {
  const viruses = natural.filter(({ truth }) => truth === 'virus');
  const others = called.filter(({ truth }) => truth === 'other');
  const families = [...Map.groupBy(viruses, ({ family }) => family)].sort(([one], [other]) => (one < other ? -1 : 1));
  return families.map(([family, members]) => {
    const scored = members.filter(isCalled);
    const ranking = new Ranking([...scored, ...others].map(ranked));
    const genomes = genomesAmong(scored);
    return {
      family,
      half: members[0]!.half,
      fragments: members.length,
      called: scored.length,
      genomes,
      auroc: bootstrap.estimate((weights) => auroc(ranking, weights), genomes),
      recall: rateOf(scored, bootstrap, genomes, recall),
    };
  });
}

/** At the threshold; null where the bundle has none, and of nothing. */
function rateOf(
  called: readonly Called[],
  bootstrap: Bootstrap,
  genomes: number,
  value: (confusion: Confusion) => number,
): Estimate | null {
  if (called.some(({ isVirus }) => isVirus === undefined)) return null;
  return bootstrap.estimate(rate(called.map(atThreshold), value), genomes);
}

function rate(decided: readonly Decided[], value: (confusion: Confusion) => number): Statistic {
  return (weights) => value(confusionOf(decided, weights));
}

function atThreshold({ truth, isVirus, cluster }: Called): Decided {
  if (isVirus === undefined) throw new Error('a called fragment of a calibrated bundle without is_virus');
  return { isVirus: truth === 'virus', calledVirus: isVirus, cluster };
}

function byCall({ truth, isViral, cluster }: Called): Decided {
  return { isVirus: truth === 'virus', calledVirus: isViral, cluster };
}
