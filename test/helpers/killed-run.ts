/**
 * Ends a run from outside: a signal at a moment that is chosen by time or by what the run tells of itself (events on standard
 * error, from `--progress json`).
 *
 * What was ended may not be gone yet when this returns: where one process watches over another, only the one that was started is
 * waited for. So nobody looks into the run's folder afterwards; the next command must cope with whatever it finds there.
 */

import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { isObject } from '../../src/system/json-object.ts';
import type { Box } from './binary.ts';

export type Signal = 'SIGKILL' | 'SIGTERM' | 'SIGINT';

/** What the signal goes to: the process that was started, or the one that computes for it, where that is another one. */
export type Target = 'whole' | 'computing';

/** Milliseconds after the start, or after the n-th event of a kind. */
export type Moment =
  | { readonly after: 'start'; readonly milliseconds: number }
  | { readonly after: Told; readonly count: number; readonly milliseconds: number };

/**
 * Kinds of events; of `device` those that say `ready`, of `stage` those of `write`, of `checkpoint` those that hold at least one batch of
 * this run.
 */
export type Told = 'device' | 'window' | 'batch' | 'checkpoint' | 'progress' | 'stage' | 'finished';

export interface Death {
  readonly signal: Signal;
  readonly target: Target;
  readonly moment: Moment;
  /** So many milliseconds after another signal SIGKILL comes: a scheduler's grace is over. */
  readonly graceMilliseconds?: number;
}

export interface Ended {
  /** Exit code; 128 + signal where a signal ended it. */
  readonly code: number;
  /** Known when nobody writes to its standard error any more. */
  readonly told: Promise<ToldRun>;
}

/** What a run told before its end. */
export interface ToldRun {
  /** Records of the last checkpoint. */
  readonly checkpoint: number;
  /** Whether its results may have had their names already. */
  readonly wrote: boolean;
  /** Whether a checkpoint held a batch of it. */
  readonly hasRows: boolean;
  readonly text: string;
}

const CODES = { SIGKILL: 137, SIGTERM: 143, SIGINT: 130 } as const;

/** So long after a batch it is another sync that ends; the journal is synced a second after what is to be synced first. */
const OTHER_SYNC_MS = 800;

export type Child = ReturnType<Box['start']>;

/**
 * Lets a run go on until its death, or its end where that comes before.
 * @returns code 0 where the run came to its end
 */
export async function endedBy(child: Child, binary: string, death: Death): Promise<Ended> {
  const { moment, signal, target, graceMilliseconds } = death;
  const timers: Timer[] = [];
  const strike = (which: Signal): void => {
    const pid = target === 'computing' ? computingFor(child.pid, binary) : undefined;
    if (pid === undefined) child.kill(which);
    else killQuietly(pid, which);
  };
  const ripe = (): void => {
    const act = (): void => {
      strike(signal);
      if (graceMilliseconds !== undefined) timers.push(setTimeout(() => strike('SIGKILL'), graceMilliseconds));
    };
    // At once is at once: a turn of the loop may be all that a fast run needs.
    if (moment.milliseconds === 0) act();
    else timers.push(setTimeout(act, moment.milliseconds));
  };
  let missing = moment.after === 'start' ? 0 : moment.count;
  if (missing === 0) ripe();
  const told = follow(child.stderr, (what) => {
    if (what !== moment.after || missing === 0) return;
    missing -= 1;
    if (missing === 0) ripe();
  });
  told.catch(() => undefined);
  const code = await child.exited;
  for (const timer of timers) clearTimeout(timer);
  const expected = [0, CODES[signal], ...(graceMilliseconds === undefined ? [] : [CODES.SIGKILL])];
  if (!expected.includes(code)) throw new Error(`${signal} ended it with ${code}: ${(await told).text}`);
  return { code, told };
}

/** Reads the events of a run up to their end. */
async function follow(stderr: Child['stderr'], onTold: (what: Told) => void): Promise<ToldRun> {
  let text = '';
  let lineStart = 0;
  let firstBatch: number | undefined;
  let checkpointsBehindBatch = 0;
  let hasRows = false;
  let checkpoint = 0;
  let wrote = false;
  const take = (line: string): void => {
    const event = eventOf(line);
    const what = toldBy(event);
    const time = Date.parse(String(event?.['time']));
    if (what === 'batch') firstBatch ??= time;
    if (what === 'stage') wrote = true;
    if (what === 'checkpoint') {
      checkpoint = Number(event?.['records']);
      if (firstBatch === undefined) return;
      checkpointsBehindBatch += 1;
      // A sync that was under way when the batch came does not hold it; the next one does.
      if (checkpointsBehindBatch > 1 || time - firstBatch > OTHER_SYNC_MS) hasRows = true;
      if (!hasRows) return;
    }
    if (what !== undefined) onTold(what);
  };
  for await (const piece of stderr.pipeThrough(new TextDecoderStream())) {
    text += piece;
    for (let end = text.indexOf('\n', lineStart); end >= 0; end = text.indexOf('\n', lineStart)) {
      take(text.slice(lineStart, end));
      lineStart = end + 1;
    }
  }
  return { checkpoint, wrote, hasRows, text };
}

function eventOf(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const json: unknown = JSON.parse(line);
    return isObject(json) ? json : undefined;
  } catch {
    // The last one may be cut off, and a parent may say something of its own.
    return undefined;
  }
}

function toldBy(event: Readonly<Record<string, unknown>> | undefined): Told | undefined {
  switch (event?.['event']) {
    case 'device':
      return event['state'] === 'ready' ? 'device' : undefined;
    case 'stage':
      return event['stage'] === 'write' ? 'stage' : undefined;
    case 'window':
      return 'window';
    case 'batch':
      return 'batch';
    case 'checkpoint':
      return 'checkpoint';
    case 'progress':
      return 'progress';
    case 'finished':
      return 'finished';
    default:
      return undefined;
  }
}

/**
 * A child of the process that is the same program; children that only look at drivers do not count.
 * @returns undefined where there is none: then the process computes itself, or has not begun
 */
export function computingFor(pid: number, binary: string): number | undefined {
  return childrenOf(pid).find((child) => {
    try {
      const isProgram = readlinkSync(`/proc/${child}/exe`) === binary;
      return isProgram && !readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('--list-vulkan');
    } catch {
      return false;
    }
  });
}

/** Any thread may have started them. */
function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
}

function killQuietly(pid: number, signal: Signal): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It is gone already.
  }
}
