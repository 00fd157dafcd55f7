/**
 * A batch on its way through the fleet, and its attempts. It is settled exactly once, by the first attempt that ends well;
 * an attempt that is over (its device was retired) or comes second changes nothing.
 */

import type { Member } from './member.ts';
import type { Encoded, Work } from './work.ts';

export class Job {
  readonly promise: Promise<Encoded>;
  readonly #resolve: (encoded: Encoded) => void;
  readonly #reject: (error: unknown) => void;
  readonly attempts = new Set<Attempt>();
  /** The first device on which it met a bug. */
  bug: { readonly device: string; readonly error: unknown } | undefined;
  readonly tokens: number;
  #isSettled = false;

  /** @param heaviness seconds that the whole fleet would need for it, by the speeds it began with: the order of the pool */
  constructor(
    readonly work: Work,
    readonly heaviness: number,
  ) {
    this.tokens = work.rows * work.length;
    const { promise, resolve, reject } = Promise.withResolvers<Encoded>();
    this.promise = promise;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  get isSettled(): boolean {
    return this.#isSettled;
  }

  isOn(member: Member): boolean {
    for (const attempt of this.attempts) if (attempt.member === member) return true;
    return false;
  }

  succeed(encoded: Encoded): void {
    this.#isSettled = true;
    this.#resolve(encoded);
  }

  fail(error: unknown): void {
    this.#isSettled = true;
    this.#reject(error);
  }
}

/** One device's try at a job. */
export class Attempt {
  /** When a lane of the device was free for it; undefined while it waits behind others. Seconds of the fleet's clock. */
  startedAt: number | undefined;
  /** Most calls that were under way on the device at once during its present call, itself included. */
  company = 1;
  /** Its device was retired: whatever still comes is ignored. */
  isOver = false;

  constructor(
    readonly job: Job,
    readonly member: Member,
    /** Seconds of the fleet's clock. */
    readonly sentAt: number,
  ) {}
}
