/**
 * Events as plain lines: settings, stages, warnings and the summary; for log files and pipes also a line about how far the
 * run is, now and then. No control characters.
 */

import type { Event, StageName } from '../events/event.ts';
import { type ProgressClock, SYSTEM_CLOCK } from './clock.ts';
import { EventLines, type Verbosity } from './event-lines.ts';
import { openLog } from './log.ts';
import { Pace } from './pace.ts';
import type { Progress } from './progress.ts';
import { progressLine } from './progress-line.ts';
import { RunState } from './run-state.ts';

/** Between two looks where no event comes: a batch of a large model on one core takes minutes. */
const LOOK_SECONDS = 2;

/** @param write gets whole lines */
export function plainRenderer(
  verbosity: Verbosity,
  write: (text: string) => void,
  clock: ProgressClock = SYSTEM_CLOCK,
): Progress {
  if (verbosity === 'quiet') return { emit: () => undefined, close: () => undefined };
  const lines = new EventLines(verbosity);
  const log = openLog(write);
  const state = new RunState();
  const pace = new Pace();
  let stage: StageName | undefined;
  let isOver = false;
  let stopLooking: (() => void) | undefined;

  const look = () => {
    const now = clock.now();
    if (!pace.isTimeToLook(now)) return;
    const view = state.view(now);
    if (pace.isDue(view.fraction, now)) log({ level: 'info', text: progressLine(view, stage) });
  };
  const close = () => {
    isOver = true;
    stopLooking?.();
  };
  const emit = (event: Event) => {
    for (const line of lines.of(event)) log(line);
    if (isOver) return;
    const now = clock.now();
    state.take(event, now);
    if (isLast(event)) {
      close();
      return;
    }
    stopLooking ??= clock.every(LOOK_SECONDS, look);
    if (event.event === 'stage') {
      stage = event.stage;
      pace.restart(now);
    } else look();
  };
  return { emit, close };
}

/** What follows is no part of the run, such as results written to standard output. */
function isLast({ event }: Event): boolean {
  return event === 'finished' || event === 'failed' || event === 'interrupted' || event === 'estimate';
}
