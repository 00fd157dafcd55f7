/**
 * Ends the process when a case does not end: a thread of its own looks at a clock, because the one that hangs cannot. What it
 * says names the case, so that it can be run again under a debugger.
 */

/** What the thread is given. */
export interface Watched {
  /** [target, number of the case, count of beginnings]; the last changes with every case. */
  readonly state: Int32Array<SharedArrayBuffer>;
  readonly names: readonly string[];
  readonly seed: number;
  readonly seconds: number;
}

export class Watchdog {
  readonly #state = new Int32Array(new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT));
  readonly #worker = new Worker(new URL('./watchdog-worker.ts', import.meta.url).href);

  /** @param seconds the longest that a case may take */
  constructor(
    private readonly names: readonly string[],
    seed: number,
    seconds: number,
  ) {
    this.#worker.postMessage({ state: this.#state, names, seed, seconds } satisfies Watched);
  }

  begins(target: string, number: number): void {
    Atomics.store(this.#state, 0, this.names.indexOf(target));
    Atomics.store(this.#state, 1, number);
    Atomics.add(this.#state, 2, 1);
  }

  close(): void {
    this.#worker.terminate();
  }
}
