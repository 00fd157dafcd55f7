/** Time as renderers see it, so that tests can turn the hands. Seconds throughout. */

export interface ProgressClock {
  /** Never goes back; where it begins does not matter. */
  now(): number;
  /**
   * Calls `action` again and again. Does not keep the process alive.
   * @returns a function that ends it
   */
  every(seconds: number, action: () => void): () => void;
}

export const SYSTEM_CLOCK: ProgressClock = {
  now: () => performance.now() / 1000,
  every: (seconds, action) => {
    const timer = setInterval(action, 1000 * seconds);
    timer.unref();
    return () => clearInterval(timer);
  },
};
