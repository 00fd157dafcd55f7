/**
 * Which runs are killed and when, from a seed: every round is a folder in which a run is begun, ended a few times and let to
 * its end. The same seed gives the same rounds, whatever became of those before.
 */

import type { Death, Moment, Signal, Target, Told } from './killed-run.ts';

export interface Kind {
  readonly name: string;
  readonly device: 'cpu' | 'gpus';
  readonly input: 'file' | 'pipe' | 'gzip';
  readonly saveEmbeddings: boolean;
  readonly signals: readonly Signal[];
}

export interface Round {
  /** From 1. */
  readonly number: number;
  readonly kind: Kind;
  readonly deaths: readonly PlannedDeath[];
}

/** As a death, with its time as a part of an undisturbed run's. */
export interface PlannedDeath {
  readonly signal: Signal;
  readonly target: Target;
  readonly moment:
    | { readonly after: 'start'; readonly part: number }
    | { readonly after: Told; readonly count: number; readonly milliseconds: number };
  readonly graceMilliseconds?: number;
}

const KILLED: Pick<Kind, 'signals' | 'saveEmbeddings'> = { signals: ['SIGKILL'], saveEmbeddings: false };

export const CPU_KINDS: readonly Kind[] = [
  { ...KILLED, name: 'file', device: 'cpu', input: 'file' },
  { ...KILLED, name: 'pipe', device: 'cpu', input: 'pipe' },
  { ...KILLED, name: 'gzip', device: 'cpu', input: 'gzip' },
  { ...KILLED, name: 'embeddings', device: 'cpu', input: 'file', saveEmbeddings: true },
  { ...KILLED, name: 'signals', device: 'cpu', input: 'file', signals: ['SIGKILL', 'SIGTERM', 'SIGINT'] },
];

export const GPU_KINDS: readonly Kind[] = [
  { ...KILLED, name: 'two GPUs', device: 'gpus', input: 'file' },
  {
    ...{ name: 'two GPUs and everything', device: 'gpus', input: 'pipe', saveEmbeddings: true },
    signals: ['SIGKILL', 'SIGKILL', 'SIGTERM', 'SIGINT'],
  },
];

/** Processes that a signal may go to. */
const TARGETS: readonly Target[] = ['whole', 'whole', 'computing'];

/** What a run tells at the interesting places, and the highest count of it that is waited for. */
const PLACES: Readonly<Record<Kind['device'], readonly (readonly [told: Told, highest: number])[]>> = {
  cpu: places(1, 150),
  gpus: places(2, 15),
};
const MOST_DEATHS = 3;
/** Behind an event, so that what it sets off is hit at many places. */
const MOST_MILLISECONDS = 40;
const MOST_GRACE_MILLISECONDS = 600;

function places(devices: number, batches: number): readonly (readonly [told: Told, highest: number])[] {
  const often = [
    ['device', devices],
    ['window', 3],
    ['batch', batches],
    ['checkpoint', 3],
    ['progress', 3],
  ] as const;
  return [...often, ['stage', 1], ['finished', 1]];
}

/**
 * Rounds with so many kill -9 at the least, every kind in turn. The first death of each of the first kinds comes at a checkpoint: then
 * there is something to lose.
 */
export function plannedRounds(kinds: readonly Kind[], kills: number, seed: number, first = 1): Round[] {
  const rounds: Round[] = [];
  for (let left = kills; left > 0 || rounds.length < kinds.length; ) {
    const number = first + rounds.length;
    const kind = kinds[rounds.length % kinds.length]!;
    const isFirst = rounds.length < kinds.length;
    // Few are asked for: one each.
    const most = kills < MOST_DEATHS * kinds.length ? 1 : MOST_DEATHS;
    const deaths = deathsOf(kind, randomOf(seed, number), most, isFirst);
    left -= deaths.filter(({ signal }) => signal === 'SIGKILL').length;
    rounds.push({ number, kind, deaths });
  }
  return rounds;
}

function deathsOf(kind: Kind, random: () => number, most: number, isFirst: boolean): PlannedDeath[] {
  const below = (end: number): number => Math.floor(end * random());
  const pick = <T>(values: readonly T[]): T => values[below(values.length)]!;
  return Array.from({ length: 1 + below(most) }, (_, i) => {
    const signal = pick(kind.signals);
    const target = pick(TARGETS);
    const byTime = random() < 0.5;
    const [told, highest] = pick(PLACES[kind.device]);
    const count = 1 + below(highest);
    const milliseconds = random() < 0.5 ? 0 : below(MOST_MILLISECONDS);
    const part = random();
    const grace = signal !== 'SIGKILL' && random() < 0.3 ? { graceMilliseconds: below(MOST_GRACE_MILLISECONDS) } : {};
    if (isFirst && i === 0) {
      return { signal, target, moment: { after: 'checkpoint', count: 1, milliseconds }, ...grace };
    }
    const moment = byTime ? { after: 'start' as const, part } : { after: told, count, milliseconds };
    return { signal, target, moment, ...grace };
  });
}

/** @param milliseconds of an undisturbed run */
export function deathOf({ moment, ...death }: PlannedDeath, milliseconds: number): Death {
  const exact: Moment =
    moment.after === 'start' ? { after: 'start', milliseconds: 1 + moment.part * milliseconds } : moment;
  return { ...death, moment: exact };
}

/** For the name of a test: the whole plan. */
export function roundText({ number, kind, deaths }: Round): string {
  return `${number}, ${kind.name}: ${deaths.map(deathText).join(', ')}`;
}

function deathText({ signal, target, moment, graceMilliseconds }: PlannedDeath): string {
  const grace = graceMilliseconds === undefined ? '' : ` and SIGKILL ${graceMilliseconds} ms later`;
  const what = target === 'whole' ? '' : ` to the ${target} process`;
  const place =
    moment.after === 'start'
      ? `after ${Math.round(100 * moment.part)} %`
      : `${moment.milliseconds} ms after ${moment.after} ${moment.count}`;
  return `${signal}${what} ${place}${grace}`;
}

/** Uniform in [0, 1), of a round. */
function randomOf(seed: number, round: number): () => number {
  // mulberry32: neighbouring seeds give unlike sequences.
  let state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(round, 0x85ebca6b)) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
