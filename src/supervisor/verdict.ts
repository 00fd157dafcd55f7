/** What follows from a crash: a new start, or the end. */

import type { Crash } from '../system/crash.ts';
import type { LastKnown } from './last-known.ts';

/** Signals by which a process ends itself because something in it went wrong. */
const CRASHES: readonly string[] = ['SIGSEGV', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGABRT', 'SIGTRAP', 'SIGSYS'];

/** @returns false for a signal that somebody else sent */
export function isCrashSignal(signal: string): boolean {
  return CRASHES.includes(signal);
}

export interface Verdict {
  readonly crash: Crash;
  /**
   * `restart`: without the device that is blamed, or as it was where none is.
   * `again`: it was restarted, and there is nothing left that could be left out.
   * `once`: its input is gone.
   */
  readonly next: 'restart' | 'again' | 'once';
}

/**
 * A device is left out once, and a crash without one to blame is forgiven once and only as the first: so there is an end.
 * @param at of the crash, UTC, ISO 8601
 * @param before earlier crashes of the same command line
 */
export function verdictOn(signal: string, at: string, known: LastKnown, before: readonly Crash[]): Verdict {
  const { suspect } = known;
  // It was left out: whatever is reported of it, it did not do it.
  const device = suspect !== undefined && !before.some((crash) => crash.device === suspect) ? suspect : null;
  const crash = { signal, device, at };
  if (device === null && before.length > 0) return { crash, next: 'again' };
  return { crash, next: known.readsOnce ? 'once' : 'restart' };
}
