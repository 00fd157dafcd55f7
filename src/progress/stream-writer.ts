/**
 * Text to a stream whose reader may be slow, stopped (Ctrl-S) or gone, so that no run is held up or ended by it.
 *
 * What cannot be written now is kept, whole and in order, and written when the reader takes something again. More than
 * `MOST_BYTES` is not kept: then the writer waits for the reader once, and text is left out (always whole texts) until it
 * reads again. A reader that went away is no error: what is written then is dropped.
 */

import type { ProgressClock } from './clock.ts';

/**
 * Writes what the stream takes now.
 * @returns bytes taken; 0 when it takes nothing now
 * @throws when nobody will ever read it
 */
export type Put = (bytes: Uint8Array) => number;

/** Days of lines for a person; minutes of events of a fast run. */
const MOST_BYTES = 16 * 1024 * 1024;
/** Wait for a reader that takes nothing, before its text is left out. */
const PATIENCE_MS = 5000;
const PAUSE_MS = 5;
/** Between two tries to write what was kept. */
const RETRY_SECONDS = 0.1;

export class StreamWriter {
  readonly #encoder = new TextEncoder();
  readonly #put: Put;
  readonly #pause: (milliseconds: number) => void;
  readonly #clock: ProgressClock;
  /** The first one may be written in part. */
  #kept: Uint8Array[] = [];
  #bytes = 0;
  #isGone = false;
  #leavesOut = false;
  #stopRetrying: (() => void) | undefined;

  /** @param pause blocks the thread */
  constructor(put: Put, clock: ProgressClock, pause: (milliseconds: number) => void) {
    this.#put = put;
    this.#clock = clock;
    this.#pause = pause;
  }

  /** Whether something is still kept, so that what is written now is seen later. */
  get isBusy(): boolean {
    if (this.#bytes > 0) this.#drain();
    return this.#bytes > 0;
  }

  write(text: string): void {
    if (this.#isGone || text === '') return;
    if (this.#bytes >= MOST_BYTES) {
      if (this.#leavesOut) this.#drain();
      else this.flush(PATIENCE_MS);
      this.#leavesOut = this.#bytes >= MOST_BYTES;
      if (this.#isGone || this.#leavesOut) return;
    }
    const bytes = this.#encoder.encode(text);
    this.#kept.push(bytes);
    this.#bytes += bytes.length;
    this.#drain();
    if (this.#bytes > 0) this.#stopRetrying ??= this.#clock.every(RETRY_SECONDS, () => this.#drain());
  }

  /**
   * Waits until everything is written.
   * @param patienceMs gives up after so long without a byte taken
   */
  flush(patienceMs: number): void {
    let waited = 0;
    let before = this.#bytes;
    while (this.isBusy && waited < patienceMs) {
      if (this.#bytes < before) waited = 0;
      before = this.#bytes;
      this.#pause(PAUSE_MS);
      waited += PAUSE_MS;
    }
  }

  #drain(): void {
    try {
      while (this.#kept.length > 0) {
        const [first] = this.#kept;
        const taken = this.#put(first!);
        this.#bytes -= taken;
        if (taken < first!.length) {
          this.#kept[0] = first!.subarray(taken);
          // A terminal that takes a part takes nothing more now; asking again costs nothing.
          if (taken === 0) return;
        } else this.#kept.shift();
      }
    } catch {
      // Nobody reads it, now or later: talk is no reason to end hours of work.
      this.#isGone = true;
      this.#kept = [];
      this.#bytes = 0;
    }
    this.#stopRetrying?.();
    this.#stopRetrying = undefined;
  }
}
