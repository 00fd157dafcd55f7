/**
 * Events as NDJSON: one line per event, written at once and in order, for programs. The fields are the event's own, with
 * the version of the format and the time in front; undefined is left out, and a number that is none is null. What each
 * means: docs/progress.md; the form: docs/progress.schema.json, both made from event-schema.ts.
 */

import type { Progress } from './progress.ts';

/** Raised when a field changes its meaning or goes; new fields and events do not raise it. */
export const NDJSON_VERSION = 1;

export interface NdjsonOptions {
  readonly now?: () => Date;
  /** Hears once, in a sentence's words, that nothing more can be written: the run goes on without it. */
  readonly onFailure?: (reason: string) => void;
}

/**
 * @param write writes the text whole before it returns, or throws. After the first failure it is not called any more: a
 *   line that was cut off must stay the last one.
 */
export function ndjsonRenderer(
  write: (text: string) => void,
  { now = () => new Date(), onFailure }: NdjsonOptions = {},
): Progress {
  let isBroken = false;
  return {
    emit(event) {
      if (isBroken) return;
      const line = { v: NDJSON_VERSION, time: now().toISOString(), ...event };
      const text = `${JSON.stringify(line)}\n`;
      try {
        write(text);
      } catch (error) {
        isBroken = true;
        onFailure?.(error instanceof Error ? error.message : String(error));
      }
    },
    // Every line was written when its event came.
    close: () => undefined,
  };
}
