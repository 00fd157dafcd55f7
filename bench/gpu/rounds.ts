/**
 * Who is how fast: all contestants in turn, in every round, on the same batches; a turn of each takes about as long. What fails
 * (out of memory, mostly) is kept as its reason and not tried again.
 */

import type { Batch } from '../../src/device/backend.ts';
import type { EncoderName } from '../../src/model/bundle/manifest.ts';
import { type Contestant, reasonOf } from './contestant.ts';

export interface Case {
  readonly batchTokens: number;
  readonly batch: Batch;
}

export interface Measured {
  /** Of one batch, one value for each round. */
  readonly seconds: number[];
  /** Why there are none. */
  failed?: string;
}

export interface Results {
  /** By label and case. */
  readonly times: ReadonlyMap<string, ReadonlyMap<Case, Measured>>;
  /** Matrix products alone, floating-point operations per second, or why there is no figure; by label. */
  readonly peaks: ReadonlyMap<string, number | string>;
}

/** Batches of equal rows; every token stands for a residue or a word, none is special. */
export function casesOf(
  encoders: readonly EncoderName[],
  batchTokens: readonly number[],
  lengths: readonly number[],
): Case[] {
  const sizes = batchTokens.flatMap((tokens) => lengths.map((length) => ({ tokens, length })));
  return encoders.flatMap((encoder) =>
    sizes.map(({ tokens, length }) => {
      const rows = Math.max(1, Math.floor(tokens / length));
      const ids = Int32Array.from({ length: rows * length }, (_, i) => 5 + ((i * 7 + ((i * i) >>> 4)) % 20));
      return { batchTokens: tokens, batch: { encoder, rows, length, tokens: ids } };
    }),
  );
}

/**
 * @param seconds of a turn, about
 * @param told is called as each case of each round begins
 */
export async function measureRounds(
  contestants: readonly Contestant[],
  cases: readonly Case[],
  rounds: number,
  seconds: number,
  told: (step: string) => void,
): Promise<Results> {
  const times = new Map(contestants.map(({ label }) => [label, new Map(cases.map((one) => [one, emptyMeasured()]))]));
  const peaks = new Map<string, number | string>();
  const counts = new Map<Measured, number>();
  await measurePeaks(contestants, peaks, told);
  for (let round = 0; round <= rounds; round += 1) {
    for (const one of cases) {
      const { encoder, rows, length } = one.batch;
      told(`${round === 0 ? 'warming up' : `round ${round} of ${rounds}`}: ${encoder}, ${rows} x ${length}`);
      for (const contestant of contestants) {
        const measured = times.get(contestant.label)!.get(one)!;
        if (measured.failed !== undefined) continue;
        try {
          if (round === 0) counts.set(measured, await batchesOfTurn(contestant, one.batch, seconds));
          else {
            const count = counts.get(measured)!;
            measured.seconds.push((await contestant.run(one.batch, count)) / count);
          }
        } catch (error) {
          measured.failed = reasonOf(error);
        }
      }
    }
  }
  // Once more, now that the card is warm: the better one counts, so that no share is flattered.
  await measurePeaks(contestants, peaks, told);
  return { times, peaks };
}

const emptyMeasured = (): Measured => ({ seconds: [] });

const MOST_BATCHES = 1000;

/** The first batch, in which kernels are compiled and chosen, is not counted. */
async function batchesOfTurn(contestant: Contestant, batch: Batch, seconds: number): Promise<number> {
  await contestant.run(batch, 1);
  const spent = (await contestant.run(batch, 2)) / 2;
  return Math.min(MOST_BATCHES, Math.max(2, Math.ceil(seconds / spent)));
}

async function measurePeaks(
  contestants: readonly Contestant[],
  peaks: Map<string, number | string>,
  told: (step: string) => void,
): Promise<void> {
  for (const contestant of contestants) {
    const before = peaks.get(contestant.label);
    if (typeof before === 'string') continue;
    told(`matrix products: ${contestant.label}`);
    try {
      peaks.set(contestant.label, Math.max(before ?? 0, await contestant.matrixPeak()));
    } catch (error) {
      peaks.set(contestant.label, reasonOf(error));
    }
  }
}
