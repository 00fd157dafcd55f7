/** Time as the downloader sees it, so that tests can turn the hands. Milliseconds throughout. */

export interface Clock {
  /** Milliseconds since 1970; never goes back. */
  now(): number;
  /**
   * Calls `action` once after `milliseconds`.
   * @returns a function that calls it off
   */
  after(milliseconds: number, action: () => void): () => void;
}

export const SYSTEM_CLOCK: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  after: (milliseconds, action) => {
    const timer = setTimeout(action, milliseconds);
    return () => clearTimeout(timer);
  },
};

/** Rejects with the signal's reason as soon as it is aborted. */
export function waitFor(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      callOff();
      reject(signal.reason);
    };
    const callOff = clock.after(milliseconds, () => {
      signal.removeEventListener('abort', stop);
      resolve();
    });
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}

/**
 * Aborts a request over which nothing has come for a while, or when `outer` is aborted. Only the time that is spent
 * waiting for the network counts, so a slow disk is no stall. One timer for all waits: it looks at the clock when it fires.
 */
export class StallWatch {
  readonly #controller = new AbortController();
  /** When the present wait began; undefined while nothing is waited for. */
  #since: number | undefined;
  #callOff: () => void;
  #isStalled = false;
  readonly #onOuter = () => this.#controller.abort(this.outer.reason);

  constructor(
    readonly clock: Clock,
    readonly patienceMs: number,
    readonly outer: AbortSignal,
  ) {
    this.#callOff = clock.after(patienceMs, () => this.#look());
    if (outer.aborted) this.#onOuter();
    else outer.addEventListener('abort', this.#onOuter, { once: true });
  }

  /** For the request. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get isStalled(): boolean {
    return this.#isStalled;
  }

  /** Runs what waits for the network. */
  async during<T>(action: () => Promise<T>): Promise<T> {
    this.#since = this.clock.now();
    try {
      return await action();
    } finally {
      this.#since = undefined;
    }
  }

  /** Ends the watch, and the request if it still goes on. */
  end(): void {
    this.#callOff();
    this.outer.removeEventListener('abort', this.#onOuter);
    this.#controller.abort();
  }

  #look(): void {
    const now = this.clock.now();
    const quietMs = now - (this.#since ?? now);
    if (quietMs < this.patienceMs) {
      this.#callOff = this.clock.after(this.patienceMs - quietMs, () => this.#look());
      return;
    }
    this.#isStalled = true;
    this.#controller.abort();
  }
}
