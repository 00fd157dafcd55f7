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

/** What is to be undone, the newest last. */
const undos: Undo[] = [];
let isListening = false;
let isEnding = false;

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
  for (const [signal, exitCode] of Object.entries(CODES)) {
    if (signal === 'SIGHUP' && hangUpIsIgnored()) continue;
    process.on(signal, () => {
      // The second time nothing is waited for.
      if (isEnding) process.exit(exitCode);
      isEnding = true;
      end({ signal, exitCode });
    });
  }
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

/** Under `nohup` the run must outlive its terminal: a handler of ours would undo that. Only Linux tells. */
function hangUpIsIgnored(): boolean {
  try {
    const mask = /^SigIgn:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    return mask === undefined || (BigInt(`0x${mask}`) & 1n) === 1n;
  } catch {
    return true;
  }
}
