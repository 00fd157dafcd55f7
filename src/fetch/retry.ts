/** When a file is asked for again, and how long to wait before. Pure. */

/** Attempts one after the other that brought nothing new; then the person is asked. */
export const MOST_VAIN_ATTEMPTS = 5;

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;
/** What a server may ask to wait; with more than this it is told to the person instead. */
export const LONGEST_ASKED_MS = 5 * 60_000;

/**
 * @param vain attempts in vain so far, from 1
 * @param askedMs what the server asked to wait
 */
export function waitMs(vain: number, askedMs: number): number {
  return Math.max(askedMs, Math.min(FIRST_WAIT_MS * 2 ** (vain - 1), LONGEST_WAIT_MS));
}

/**
 * Reads a Retry-After header: seconds, or a date.
 * @param nowMs milliseconds since 1970
 * @returns milliseconds from now on; 0 where the header is absent or cannot be read
 */
export function retryAfterMs(header: string | null, nowMs: number): number {
  if (header === null) return 0;
  const text = header.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? 0 : Math.max(0, date - nowMs);
}
