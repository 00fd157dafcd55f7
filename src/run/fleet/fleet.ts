/**
 * The devices of a run behind one door: batches go in, embeddings come out, and who computes what is decided here.
 *
 * Batches wait in one pool, those of the oldest window first and of one window the heaviest first. A device holds as many as its
 * session wants under way, no more; what it gets is said by `assign`. When the pool is empty, an idle device takes over what
 * would end late elsewhere. Results are put in place by number, so it does not matter for them who was first.
 *
 * Faults (docs/adr/0016-fleet.md): memory -> fewer in flight, then slices, then no more of this encoder; a bug, a lost device,
 * silence -> the device is retired and others do its batches. Whoever waits is always answered: by numbers, or by the
 * error that ends the run.
 */

import type { Session } from '../../device/backend.ts';
import type { Emit } from '../../events/event.ts';
import { type FleetClock, SYSTEM_CLOCK } from './clock.ts';
import { faultOf, noDeviceLeft, sameBug, skillText } from './faults.ts';
import { type Attempt, Job } from './job.ts';
import type { FleetDevice, Member, Skill } from './member.ts';
import { assign } from './plan.ts';
import { DoneBatches } from './ranges.ts';
import { type FleetReport, reportOf } from './report.ts';
import { type PairNumbers, Seat } from './seat.ts';
import { takeovers } from './take-over.ts';
import { type Encoded, numberText, type Work } from './work.ts';

const ENCODERS = ['nucleotide', 'protein'] as const;
/** Seconds that the end of a run waits for answers that nobody needs. */
const CLOSE_SECONDS = 5;

export interface FleetOptions {
  readonly emit: Emit;
  /** Seconds without an answer after which a device is given up; longer where its batches are expected to take long. */
  readonly hangSeconds: number;
  readonly clock?: FleetClock;
}

export class Fleet {
  readonly #seats: readonly Seat[];
  readonly #members: readonly Member[];
  readonly #clock: FleetClock;
  readonly #done = new DoneBatches();
  /** What is not settled. */
  readonly #open = new Set<Job>();
  /** What no device has, in the order in which it is to be done when `#isSorted`. */
  #pool: Job[] = [];
  #isSorted = true;
  #isLast = false;
  #isAsked = false;
  #paused: PromiseWithResolvers<void> | undefined;
  #fatal: { readonly error: unknown } | undefined;
  #beganAt: number | undefined;
  #endedAt = 0;

  /** @param devices in the order in which they are asked to classify; their ids differ */
  constructor(devices: readonly FleetDevice[], { emit, hangSeconds, clock = SYSTEM_CLOCK }: FleetOptions) {
    const ids = new Set(devices.map(({ session }) => session.device.id));
    if (devices.length === 0 || ids.size < devices.length) throw new Error('a fleet needs devices with different ids');
    this.#clock = clock;
    const outcomes = {
      answered: this.#answered.bind(this),
      failed: this.#failed.bind(this),
      hung: this.#retire.bind(this),
    };
    this.#seats = devices.map((device) => new Seat(device, hangSeconds, clock, emit, outcomes));
    this.#members = this.#seats.map(({ member }) => member);
  }

  /** One device that nobody watches: its speed is of no importance, and it may take its time. */
  static alone(session: Session, emit: Emit): Fleet {
    const speeds = { nucleotide: 1, protein: 1 };
    return new Fleet([{ session, speeds }], { emit, hangSeconds: Number.POSITIVE_INFINITY });
  }

  /** Batches of one window are best asked for at once: the more are known, the better they are shared. */
  encode(work: Work): Promise<Encoded> {
    if (this.#fatal !== undefined) return Promise.reject(this.#fatal.error);
    this.#beganAt ??= this.#clock.now();
    const speed = this.#members.reduce((sum, { speeds }) => sum + speeds[work.encoder].given, 0);
    const job = new Job(work, (work.rows * work.length) / speed);
    this.#open.add(job);
    this.#wait(job);
    this.#ask();
    return job.promise;
  }

  /** All windows were given: from now on the heaviest batch of all comes first, because only the end of the last one counts. */
  noMore(): void {
    this.#isLast = true;
    this.#isSorted = false;
  }

  /**
   * Scores `[rows, 2]`, by the first device that can: one device does all of a run, unless it is retired.
   * @param numbers called for each try
   */
  async classify(rows: number, numbers: () => PairNumbers): Promise<Float32Array> {
    let bug: Job['bug'];
    for (;;) {
      if (this.#fatal !== undefined) throw this.#fatal.error;
      const seat = this.#seats.find(({ member }) => member.can('classifier'));
      if (seat === undefined) throw this.#end(bug?.error ?? noDeviceLeft(this.#members, 'classifier'));
      try {
        const scores = await seat.classify(rows, numbers());
        if (scores !== undefined) return scores;
      } catch (error) {
        const { kind, reason } = faultOf(error);
        const { id } = seat.member;
        seat.member.tally.failures += 1;
        if (kind === 'OutOfMemory') this.#giveUp(seat, 'classifier', reason);
        else this.#retire(seat, reason);
        if (kind !== 'Bug') continue;
        if (bug !== undefined) throw this.#end(sameBug('the classifier', [bug.device, id], bug.error));
        bug = { device: id, error };
      }
    }
  }

  /** Nothing is begun any more. Resolves when nothing is under way. */
  pause(): Promise<void> {
    this.#paused ??= Promise.withResolvers();
    this.#ask();
    return this.#paused.promise;
  }

  /** How it went so far. */
  report(): FleetReport {
    return reportOf(this.#members, this.#done, this.#beganAt ?? 0, this.#endedAt, this.#clock.now());
  }

  /**
   * Closes the sessions; nothing that is needed may be under way. A device that still computes what another one was faster
   * with gets a moment, and then the process may end without it.
   */
  async close(): Promise<void> {
    if (this.#open.size > 0) this.#end(new Error('the fleet was closed with batches under way'));
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const callOff = this.#clock.after(CLOSE_SECONDS, resolve);
    try {
      await Promise.race([Promise.all(this.#seats.map((seat) => seat.close())), late]);
    } finally {
      callOff();
      for (const seat of this.#seats) seat.stop();
    }
  }

  #wait(job: Job): void {
    this.#pool.push(job);
    this.#isSorted = false;
  }

  /** Decides soon, once for everything that has happened until then. */
  #ask(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    queueMicrotask(() => {
      this.#isAsked = false;
      if (this.#paused !== undefined) this.#rest(this.#paused);
      else if (this.#fatal === undefined) this.#decide(this.#clock.now());
    });
  }

  #rest({ resolve }: PromiseWithResolvers<void>): void {
    if (this.#fatal !== undefined || this.#members.every(({ attempts }) => attempts.length === 0)) resolve();
  }

  #decide(now: number): void {
    const members = this.#members;
    for (const encoder of ENCODERS) {
      if (members.some((member) => member.can(encoder))) continue;
      const orphan = this.#pool.find(({ work }) => work.encoder === encoder);
      if (orphan === undefined) continue;
      this.#end(orphan.bug?.error ?? noDeviceLeft(members, encoder));
      return;
    }
    if (!this.#isSorted) this.#pool.sort(this.#isLast ? byHeaviness : byWindow);
    this.#isSorted = true;
    const machines = members.map((member) => member.machine(now));
    for (const { task, machine } of assign(this.#pool, machines)) {
      this.#pool.splice(this.#pool.indexOf(task), 1);
      this.#seats[machine]!.send(task, now);
    }
    if (this.#pool.length > 0) return;
    for (const { job, member } of takeovers(members, now)) this.#seats[member]!.send(job, now);
  }

  #answered(seat: Seat, attempt: Attempt, encoded: Encoded | undefined): void {
    const { job, member } = attempt;
    this.#ask();
    if (job.isSettled || encoded === undefined) {
      member.tally.repeats += 1;
      return;
    }
    const { window, batch, batches, encoder } = job.work;
    this.#endedAt = this.#clock.now();
    member.tally.done(encoder, job.tokens, this.#endedAt);
    this.#done.add(member.id, window, batch, batches);
    if (member.state === 'retrying') seat.tell('running');
    seat.tellBatch(attempt, encoded.seconds, 'complete');
    this.#open.delete(job);
    job.succeed(encoded);
  }

  #failed(seat: Seat, { job, company }: Attempt, error: unknown): void {
    const { member } = seat;
    const { kind, reason } = faultOf(error);
    if (kind === 'Bug' && !job.isSettled) this.#bug(job, member, error);
    this.#back(job);
    if (kind !== 'OutOfMemory') this.#retire(seat, reason);
    else if (company > 1) {
      member.tally.retries += 1;
      member.limit = Math.max(1, Math.min(member.limit, company >> 1));
      seat.tell('retrying', `${reason}; from now on ${member.limit} at a time`);
    } else {
      const { encoder, length } = job.work;
      this.#giveUp(seat, encoder, `a row of ${length} tokens does not fit in its memory`);
    }
    this.#ask();
  }

  /** A bug that a second device shows with the same batch is the batch's, or ours: the run ends before it costs all devices. */
  #bug(job: Job, { id }: Member, error: unknown): void {
    const { bug } = job;
    if (bug === undefined) job.bug = { device: id, error };
    else this.#end(sameBug(`batch ${numberText(job.work)}`, [bug.device, id], bug.error));
  }

  /** Into the pool again, unless it is done or on its way elsewhere. */
  #back(job: Job): void {
    if (!job.isSettled && job.attempts.size === 0) this.#wait(job);
  }

  /** The device stays, but is not asked for this any more. */
  #giveUp(seat: Seat, skill: Skill, reason: string): void {
    const { unfit } = seat.member;
    unfit.set(skill, reason);
    if (unfit.has('nucleotide') && unfit.has('protein')) this.#retire(seat, reason);
    else seat.tell('retrying', `${reason}; others do the ${skillText(skill)}`);
  }

  #retire(seat: Seat, reason: string): void {
    if (seat.member.lost !== undefined) return;
    for (const job of seat.retire(reason)) this.#back(job);
    this.#ask();
  }

  /** Everybody who waits gets the error. @returns it; where the run had ended already, the first one */
  #end(error: unknown): unknown {
    this.#fatal ??= { error };
    this.#pool = [];
    for (const seat of this.#seats) seat.stop();
    for (const job of this.#open) job.fail(this.#fatal.error);
    this.#open.clear();
    return this.#fatal.error;
  }
}

/** By window, and of one window the heaviest first. */
function byWindow(a: Job, b: Job): number {
  return a.work.window - b.work.window || byHeaviness(a, b);
}

/** The heaviest first. The batch number makes it the same order in every run. */
function byHeaviness(a: Job, b: Job): number {
  return b.heaviness - a.heaviness || a.work.window - b.work.window || a.work.batch - b.work.batch;
}
