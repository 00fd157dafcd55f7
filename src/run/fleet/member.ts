/**
 * What the fleet knows of one device: what it has under way, how fast it is, what it cannot do, and what it has done.
 * It decides nothing.
 */

import type { Session } from '../../device/backend.ts';
import type { EncoderName } from '../../model/bundle/manifest.ts';
import { Attempt, type Job } from './job.ts';
import type { Machine } from './plan.ts';
import { Speed } from './speed.ts';
import { Tally } from './tally.ts';
import type { Work } from './work.ts';

/** What a session computes. */
export type Skill = EncoderName | 'classifier';

export interface FleetDevice {
  readonly session: Session;
  /** Tokens per second of the whole device, by encoder, as they were measured before the run. */
  readonly speeds: Readonly<Record<EncoderName, number>>;
}

export class Member {
  readonly session: Session;
  readonly speeds: Readonly<Record<EncoderName, Speed>>;
  readonly tally = new Tally();
  /** Under way, in the order they were sent. A session starts them in this order. */
  readonly attempts: Attempt[] = [];
  /** What it is not asked for any more, and why. */
  readonly unfit = new Map<Skill, string>();
  /** Batches that may be under way. */
  limit: number;
  /** Why it was retired. */
  lost: string | undefined;
  state: 'ready' | 'running' | 'retrying' | 'lost' = 'ready';
  /** Most tokens of one call: Infinity until one did not fit. */
  readonly #mostTokens = { nucleotide: Number.POSITIVE_INFINITY, protein: Number.POSITIVE_INFINITY };

  constructor({ session, speeds }: FleetDevice) {
    this.session = session;
    this.speeds = { nucleotide: new Speed(speeds.nucleotide), protein: new Speed(speeds.protein) };
    this.limit = session.inFlight;
  }

  get id(): string {
    return this.session.device.id;
  }

  get lanes(): number {
    return Math.max(1, Math.min(this.session.parallel, this.limit));
  }

  get room(): number {
    return this.lost === undefined ? Math.max(0, this.limit - this.attempts.length) : 0;
  }

  /** Batches that it would begin at once. */
  get idle(): number {
    return Math.min(this.room, Math.max(0, this.lanes - this.attempts.length));
  }

  can(skill: Skill): boolean {
    return this.lost === undefined && !this.unfit.has(skill);
  }

  /** Why it does not have the skill. */
  why(skill: Skill): string {
    return this.lost ?? this.unfit.get(skill) ?? 'it is at work';
  }

  /** Seconds that one of its lanes needs. */
  seconds({ work, tokens }: Pick<Job, 'work' | 'tokens'>): number {
    return (tokens * this.session.parallel) / this.speeds[work.encoder].value;
  }

  /** Rows of one call for a batch. */
  rowsAtOnce({ encoder, rows, length }: Work): number {
    return Math.max(1, Math.min(rows, Math.floor(this.#mostTokens[encoder] / length)));
  }

  /** Remembers that more than `rows` rows of this batch do not fit. */
  shrink({ encoder, length }: Work, rows: number): void {
    this.#mostTokens[encoder] = rows * length;
    this.limit = 1;
  }

  /** Most tokens of one call, where a call did not fit. */
  mostTokens(encoder: EncoderName): number | undefined {
    const most = this.#mostTokens[encoder];
    return most === Number.POSITIVE_INFINITY ? undefined : most;
  }

  begin(job: Job, now: number): Attempt {
    const attempt = new Attempt(job, this, now);
    job.attempts.add(attempt);
    this.attempts.push(attempt);
    this.enter(now);
    this.#start(now);
    return attempt;
  }

  /** A call begins. */
  enter(now: number): void {
    this.tally.enter(now);
    for (const one of this.attempts) one.company = Math.max(one.company, this.tally.underWay);
  }

  /** @returns the seconds a lane had for it; undefined where none had been free for it */
  end(attempt: Attempt, now: number): number | undefined {
    attempt.job.attempts.delete(attempt);
    this.attempts.splice(this.attempts.indexOf(attempt), 1);
    this.tally.leave(now);
    this.#start(now);
    return attempt.startedAt === undefined ? undefined : now - attempt.startedAt;
  }

  /**
   * Seconds from `now` at which its lanes will have done what they have.
   * @param onEnd called for each attempt with the seconds from `now` at which it ends
   */
  forecast(now: number, onEnd?: (attempt: Attempt, end: number) => void): number[] {
    const lanes = Array.from({ length: this.lanes }, () => 0);
    for (const attempt of this.attempts) {
      const expected = this.seconds(attempt.job);
      // What took longer than expected is taken to need as much again as it is late.
      const left = attempt.startedAt === undefined ? expected : Math.abs(expected - (now - attempt.startedAt));
      const free = Math.min(...lanes);
      lanes[lanes.indexOf(free)] = free + left;
      onEnd?.(attempt, free + left);
    }
    return lanes;
  }

  machine(now: number): Machine<Job> {
    const { speeds, session } = this;
    const perToken = (encoder: EncoderName) =>
      this.can(encoder) ? session.parallel / speeds[encoder].value : Number.POSITIVE_INFINITY;
    const rates = { nucleotide: perToken('nucleotide'), protein: perToken('protein') };
    const lanes = this.forecast(now);
    const { room, idle } = this;
    return { room, idle, lanes, seconds: ({ tokens, work }) => tokens * rates[work.encoder] };
  }

  /** The first of them are the ones that its lanes work on. */
  #start(now: number): void {
    for (const attempt of this.attempts.slice(0, this.lanes)) attempt.startedAt ??= now;
  }
}
