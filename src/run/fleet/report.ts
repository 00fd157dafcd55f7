/** How the work was shared, in the form of `summary.json`. Seconds count from the first batch that was asked for. */

import type { EncoderName } from '../../model/bundle/manifest.ts';
import type { Member } from './member.ts';
import type { DoneBatches } from './ranges.ts';

type ByEncoder<T> = Readonly<Record<EncoderName, T>>;

export interface DeviceReport {
  readonly id: string;
  readonly state: Member['state'];
  /** Why it was lost; null for a device that was not. */
  readonly reason: string | null;
  /** What others had to do for it, and why. */
  readonly left_to_others: Readonly<Record<string, string>>;
  readonly plan: {
    /** Tokens per second that it began with and ended with. */
    readonly speed_before: ByEncoder<number>;
    readonly speed_after: ByEncoder<number>;
    /** Its part of all tokens by the speeds at the beginning. */
    readonly share: ByEncoder<number>;
  };
  readonly batches: number;
  readonly tokens: ByEncoder<number>;
  /** Its part of all tokens that were computed. */
  readonly share: ByEncoder<number>;
  /** With at least one call under way. */
  readonly busy_seconds: number;
  /** Of the time until the last batch of all devices was done. */
  readonly idle_share: number;
  readonly finished_seconds: number | null;
  readonly failures: number;
  readonly retries: number;
  readonly slices: number;
  /** Batches it computed that another device was faster with. */
  readonly repeats: number;
  /** At the end; fewer than at the beginning where memory was not enough. */
  readonly in_flight: number;
  /** Most tokens of one call, where a batch did not fit; else null. */
  readonly most_tokens: ByEncoder<number | null>;
  /** Which batches: `1-12` are windows, `13:1-40,43` batches of window 13. */
  readonly done: readonly string[];
}

export interface FleetReport {
  readonly seconds: number;
  /** Largest of the finishing times over their mean, of the devices that did something and were not lost; 1 is even. */
  readonly imbalance: number;
  readonly devices: readonly DeviceReport[];
}

/** @param beganAt with `endedAt` and `now` of the fleet's clock */
export function reportOf(
  members: readonly Member[],
  done: DoneBatches,
  beganAt: number,
  endedAt: number,
  now: number,
): FleetReport {
  const seconds = Math.max(0, endedAt - beganAt);
  const all = {
    given: byEncoder((encoder) => sum(members, ({ speeds }) => speeds[encoder].given)),
    tokens: byEncoder((encoder) => sum(members, ({ tally }) => tally.tokens[encoder])),
  };
  const finished = members
    .filter(({ lost }) => lost === undefined)
    .flatMap(({ tally }) => (tally.finishedAt === undefined ? [] : [tally.finishedAt - beganAt]));
  const mean = finished.reduce((total, one) => total + one, 0) / finished.length;
  return {
    seconds: rounded(seconds),
    imbalance: mean > 0 ? rounded(Math.max(...finished) / mean) : 1,
    devices: members.map((member) => {
      const { id, state, speeds, tally } = member;
      const busy = tally.busySeconds(now);
      return {
        id,
        state,
        reason: member.lost ?? null,
        left_to_others: Object.fromEntries(member.unfit),
        plan: {
          speed_before: byEncoder((encoder) => rounded(speeds[encoder].given)),
          speed_after: byEncoder((encoder) => rounded(speeds[encoder].value)),
          share: byEncoder((encoder) => rounded(speeds[encoder].given / all.given[encoder])),
        },
        batches: tally.batches,
        tokens: { ...tally.tokens },
        share: byEncoder((encoder) => rounded(tally.tokens[encoder] / Math.max(1, all.tokens[encoder]))),
        busy_seconds: rounded(busy),
        idle_share: seconds > 0 ? rounded(Math.max(0, 1 - busy / seconds)) : 0,
        finished_seconds: tally.finishedAt === undefined ? null : rounded(tally.finishedAt - beganAt),
        failures: tally.failures,
        retries: tally.retries,
        slices: tally.slices,
        repeats: tally.repeats,
        in_flight: member.limit,
        most_tokens: byEncoder((encoder) => member.mostTokens(encoder) ?? null),
        done: done.of(id),
      };
    }),
  };
}

function byEncoder<T>(value: (encoder: EncoderName) => T): ByEncoder<T> {
  return { nucleotide: value('nucleotide'), protein: value('protein') };
}

function sum(members: readonly Member[], value: (member: Member) => number): number {
  return members.reduce((total, member) => total + value(member), 0);
}

/** To thousandths. */
function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
