/** Interrupt and termination: undo what is half done, then end with the code a shell expects. */

import { readFileSync } from 'node:fs';
import { EXIT } from './errors.ts';

const CODES = { SIGINT: EXIT.interrupted, SIGTERM: EXIT.terminated, SIGHUP: EXIT.hungUp } as const;

export interface Stop {
  readonly signal: string;
  readonly exitCode: number;
}

/**
 * Runs `undo` and ends the process when a person or a scheduler stops it.
 * @returns a function that takes this back
 */
export function onSignal(undo: (stop: Stop) => void): () => void {
  const handlers = Object.entries(CODES)
    .filter(([signal]) => signal !== 'SIGHUP' || !hangUpIsIgnored())
    .map(([signal, code]) => {
      const handler = (): void => {
        undo({ signal, exitCode: code });
        process.exit(code);
      };
      process.on(signal, handler);
      return () => process.off(signal, handler);
    });
  return () => {
    for (const remove of handlers) remove();
  };
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
