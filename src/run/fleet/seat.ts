/**
 * One device in the fleet: carries out what the fleet decides, watches that answers come, and tells what becomes of it.
 */

import { DeviceError } from '../../device/backend.ts';
import type { BatchEvent, Emit } from '../../events/event.ts';
import { deviceEvent } from '../device-event.ts';
import type { FleetClock } from './clock.ts';
import { faultOf } from './faults.ts';
import type { Attempt, Job } from './job.ts';
import { type FleetDevice, Member } from './member.ts';
import { compute } from './slices.ts';
import { HangWatch } from './watch.ts';
import { type Encoded, numberText } from './work.ts';

/** A batch may take so many times what is expected before its device counts as hung. */
const PATIENCE = 10;

/** Numbers of some pairs, `[rows, width]` each; new arrays, which a session may take away. */
export interface PairNumbers {
  readonly nucleotide: Float32Array<ArrayBuffer>;
  readonly protein: Float32Array<ArrayBuffer>;
}

/** Hears how attempts end. Nothing is heard of a device that was retired. */
export interface Outcomes {
  /** `encoded` is undefined where the numbers are not needed any more. */
  answered(seat: Seat, attempt: Attempt, encoded: Encoded | undefined): void;
  failed(seat: Seat, attempt: Attempt, error: unknown): void;
  hung(seat: Seat, reason: string): void;
}

export class Seat {
  readonly member: Member;
  readonly #watch: HangWatch;
  /** End the classifier calls that are under way. */
  readonly #abandon = new Set<() => void>();
  #idle: PromiseWithResolvers<void> | undefined;

  constructor(
    device: FleetDevice,
    hangSeconds: number,
    readonly clock: FleetClock,
    readonly emit: Emit,
    readonly outcomes: Outcomes,
  ) {
    this.member = new Member(device);
    const { attempts } = this.member;
    const patience = () => Math.max(hangSeconds, ...attempts.map(({ job }) => PATIENCE * this.member.seconds(job)));
    this.#watch = new HangWatch(clock, patience, () => {
      outcomes.hung(this, `no answer for ${Math.round(patience())} s`);
    });
  }

  send(job: Job, now: number): void {
    const { member, outcomes } = this;
    const attempt = member.begin(job, now);
    if (member.state === 'ready') this.tell('running');
    this.#watch.start();
    compute(attempt, {
      answered: () => this.#watch.progress(),
      smaller: (error) => this.#smaller(attempt, error),
    }).then(
      (encoded) => {
        if (attempt.isOver) return;
        this.#left(attempt, encoded !== undefined);
        outcomes.answered(this, attempt, encoded);
      },
      (error: unknown) => {
        if (attempt.isOver) return;
        member.tally.failures += 1;
        this.#left(attempt, false);
        this.tellBatch(attempt, this.clock.now() - attempt.sentAt, 'failed');
        outcomes.failed(this, attempt, error);
      },
    );
  }

  /**
   * @returns scores `[rows, 2]`; undefined when the device was retired meanwhile
   * @throws what the session throws
   */
  async classify(rows: number, { nucleotide, protein }: PairNumbers): Promise<Float32Array | undefined> {
    const { member, clock } = this;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const abandon = () => resolve(undefined);
    this.#abandon.add(abandon);
    member.enter(clock.now());
    this.#watch.start();
    try {
      const scores = await Promise.race([member.session.classify(rows, nucleotide, protein), promise]);
      if (scores === undefined || scores.length === 2 * rows) return scores;
      throw new DeviceError('Bug', `${scores.length} scores came for ${rows} pairs`);
    } finally {
      this.#abandon.delete(abandon);
      member.tally.leave(clock.now());
      this.#quieter();
    }
  }

  /** No answer of it is heard from now on. @returns what it had, without what other devices have as well */
  retire(reason: string): Job[] {
    const { member, clock } = this;
    member.lost = reason;
    const jobs = member.attempts.map(({ job }) => job);
    for (const attempt of [...member.attempts]) {
      attempt.isOver = true;
      member.end(attempt, clock.now());
    }
    for (const abandon of [...this.#abandon]) abandon();
    this.#watch.stop();
    this.tell('lost', reason);
    // Its memory is free for others, if it still hears. What it says to that is of no use.
    this.#close().catch(() => undefined);
    return jobs;
  }

  stop(): void {
    this.#watch.stop();
  }

  /** Closes the session as soon as nothing is under way. */
  async close(): Promise<void> {
    this.#idle = Promise.withResolvers();
    this.#quieter();
    await this.#idle.promise;
    if (this.member.lost === undefined) await this.#close();
  }

  tell(state: 'running' | 'retrying' | 'lost', reason?: string): void {
    this.member.state = state;
    this.emit(deviceEvent(this.member.session.device, state, reason));
  }

  tellBatch({ job }: Attempt, seconds: number, status: BatchEvent['status']): void {
    const { window, batch, encoder, rows } = job.work;
    const { id: device, session } = this.member;
    const { memory } = session;
    this.emit({ event: 'batch', device, window, batch, encoder, rows, tokens: job.tokens, seconds, status, memory });
  }

  #smaller({ job: { work } }: Attempt, error: DeviceError): void {
    const { member } = this;
    this.#watch.progress();
    member.tally.failures += 1;
    member.tally.retries += 1;
    const rows = member.rowsAtOnce(work);
    this.tell('retrying', `${faultOf(error).reason}; batch ${numberText(work)} in slices of ${rows} rows`);
  }

  #left(attempt: Attempt, isMeasured: boolean): void {
    const { member } = this;
    const { work, tokens } = attempt.job;
    const seconds = member.end(attempt, this.clock.now());
    if (isMeasured && seconds !== undefined) member.speeds[work.encoder].add(tokens, seconds / member.session.parallel);
    this.#quieter();
  }

  /** One call less is under way. */
  #quieter(): void {
    this.#watch.progress();
    if (this.member.tally.underWay > 0) return;
    this.#watch.stop();
    this.#idle?.resolve();
  }

  async #close(): Promise<void> {
    await this.member.session.close();
  }
}
