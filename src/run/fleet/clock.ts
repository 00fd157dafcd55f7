/** Time as the fleet sees it, so that tests and simulations can turn the hands. Seconds throughout. */

export interface FleetClock {
  /** Never goes back; where it begins does not matter. */
  now(): number;
  /**
   * Calls `action` once after `seconds`.
   * @returns a function that calls it off
   */
  after(seconds: number, action: () => void): () => void;
}

export const SYSTEM_CLOCK: FleetClock = {
  now: () => performance.now() / 1000,
  after: (seconds, action) => {
    const timer = setTimeout(action, 1000 * seconds);
    return () => clearTimeout(timer);
  },
};
