/** Interrupt and termination: undo what is half done, then end with the code a shell expects. */

import { EXIT } from './errors.ts';

const CODES = { SIGINT: EXIT.interrupted, SIGTERM: EXIT.terminated, SIGHUP: EXIT.hungUp } as const;

/**
 * Runs `undo` and ends the process when a person or a scheduler stops it.
 * @returns a function that takes this back
 */
export function onSignal(undo: () => void): () => void {
  const handlers = Object.entries(CODES).map(([signal, code]) => {
    const handler = (): void => {
      undo();
      process.exit(code);
    };
    process.on(signal, handler);
    return () => process.off(signal, handler);
  });
  return () => {
    for (const remove of handlers) remove();
  };
}
