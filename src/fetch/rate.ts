/**
 * A smoothed rate, as pure functions: bytes and seconds are both forgotten with the same time constant, so their
 * quotient is unbiased from the first second on.
 */

export interface Rate {
  /** Bytes, older ones counting less. */
  readonly bytes: number;
  /** Seconds, likewise. */
  readonly seconds: number;
}

export const NO_RATE: Rate = { bytes: 0, seconds: 0 };

/** After this time a byte counts 1/e of a new one. */
const MEMORY_SECONDS = 15;
/** Before this much time a rate says nothing. */
const LEAST_SECONDS = 1;

/** @param bytes what came in the last `seconds` */
export function rateAfter(rate: Rate, bytes: number, seconds: number): Rate {
  const kept = Math.exp(-seconds / MEMORY_SECONDS);
  return { bytes: rate.bytes * kept + bytes, seconds: rate.seconds * kept + seconds };
}

/** Bytes per second; undefined while there is too little to tell. */
export function bytesPerSecond(rate: Rate): number | undefined {
  return rate.seconds < LEAST_SECONDS ? undefined : rate.bytes / rate.seconds;
}

/** Seconds until `bytes` more have come; undefined where that cannot be told. */
export function secondsLeft(rate: Rate, bytes: number | undefined): number | undefined {
  if (bytes === 0) return 0;
  const speed = bytesPerSecond(rate);
  return bytes === undefined || speed === undefined || speed <= 0 ? undefined : bytes / speed;
}
