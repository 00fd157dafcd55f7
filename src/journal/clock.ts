/** Time as the journal sees it, so that tests can turn the hands. Seconds. */

export interface JournalClock {
  /**
   * Calls `action` once after `seconds`. Does not keep the process alive.
   * @returns a function that calls it off
   */
  after(seconds: number, action: () => void): () => void;
}

export const SYSTEM_CLOCK: JournalClock = {
  after: (seconds, action) => {
    const timer = setTimeout(action, 1000 * seconds);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
