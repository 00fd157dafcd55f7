/** Interrupt and termination: undo what is half done, then end with the code a shell expects. */

import { readFileSync } from 'node:fs';
import { EXIT } from './errors.ts';

const CODES = { SIGINT: EXIT.interrupted, SIGTERM: EXIT.terminated, SIGHUP: EXIT.hungUp } as const;

export interface Stop {
  readonly signal: string;
  readonly exitCode: number;
}

/** What takes time is waited for. */
type Undo = (stop: Stop) => void | Promise<void>;

/** A process and its supervisor both get what a terminal sends, and the supervisor passes it on. */
const TWICE_MS = 250;

/** What is to be undone, the newest last. */
const undos: Undo[] = [];
let isListening = false;
let isEnding = false;
let comesTwice = false;

/**
 * Runs `undo` and ends the process when a person or a scheduler stops it. What was asked for last is undone first.
 * @returns a function that takes this back
 */
export function onSignal(undo: Undo): () => void {
  undos.push(undo);
  listen();
  return () => {
    const at = undos.lastIndexOf(undo);
    if (at >= 0) undos.splice(at, 1);
  };
}

function listen(): void {
  if (isListening) return;
  isListening = true;
  let since = 0;
  for (const [signal, exitCode] of stopping()) {
    process.on(signal, () => {
      // The second time nothing is waited for.
      if (isEnding && !(comesTwice && performance.now() - since < TWICE_MS)) process.exit(exitCode);
      if (isEnding) return;
      since = performance.now();
      isEnding = true;
      end({ signal, exitCode });
    });
  }
}

/** What a signal that a process did not answer stands for; undefined for one by which nobody stops a run. */
export function stopBy(signal: string): Stop | undefined {
  const found = Object.entries(CODES).find(([name]) => name === signal);
  return found && { signal, exitCode: found[1] };
}

/** From now on signals that come one right after the other are one. */
export function expectTwice(): void {
  comesTwice = true;
}

/**
 * Instead of ending the process, such signals are given to `relay`.
 * @returns a function that takes this back
 */
export function relaySignals(relay: (signal: NodeJS.Signals, exitCode: number) => void): () => void {
  const handlers = stopping().map(([signal, exitCode]) => {
    const handler = (): void => relay(signal, exitCode);
    process.on(signal, handler);
    return () => process.off(signal, handler);
  });
  return () => {
    for (const remove of handlers) remove();
  };
}

/** Under `nohup` the run must outlive its terminal. */
function stopping(): readonly (readonly [keyof typeof CODES, number])[] {
  return (['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    .filter((signal) => signal !== 'SIGHUP' || !hangUpIsIgnored())
    .map((signal) => [signal, CODES[signal]]);
}

/**
 * Where a signal is ending the process this never resolves: work that fails or finishes in the meantime, because things are
 * closed under it, must not tell of that.
 */
export async function unlessEnding(): Promise<void> {
  if (isEnding) await new Promise<never>(() => undefined);
}

async function end(stop: Stop): Promise<void> {
  for (const undo of undos.toReversed()) {
    const done = undo(stop);
    // Without a wait in between where none is needed: nothing else gets a turn then.
    if (done !== undefined) await done.catch(() => undefined);
  }
  process.exit(stop.exitCode);
}

/** A handler of ours would undo that it is. Only Linux tells. */
function hangUpIsIgnored(): boolean {
  try {
    const mask = /^SigIgn:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    return mask === undefined || (BigInt(`0x${mask}`) & 1n) === 1n;
  } catch {
    return true;
  }
}
