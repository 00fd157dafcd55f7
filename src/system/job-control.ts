/**
 * A process and the shell that started it: Ctrl-Z and `fg`, who has the terminal, and an end by Ctrl-C that leaves the
 * terminal in order. Signals are sent to this process only.
 */

import { readFileSync } from 'node:fs';

/**
 * @param before before the process is stopped by Ctrl-Z
 * @param after when it goes on, in the foreground or not; also when it was stopped by other means
 * @returns a function that takes this back
 */
export function onStop(before: () => void, after: () => void): () => void {
  if (process.platform === 'win32') return () => undefined;
  let wasOurs = false;
  const stop = (): void => {
    before();
    wasOurs = true;
    process.off('SIGTSTP', stop);
    // Returns when the process goes on; at once where no shell could continue it.
    process.kill(process.pid, 'SIGTSTP');
    process.on('SIGTSTP', stop);
    after();
  };
  const goOn = (): void => {
    if (!wasOurs) after();
    wasOurs = false;
  };
  process.on('SIGTSTP', stop);
  process.on('SIGCONT', goOn);
  return () => {
    process.off('SIGTSTP', stop);
    process.off('SIGCONT', goOn);
  };
}

/**
 * Runs `action` when a person or a scheduler ends the process, before those who were told of the signal later. Where
 * nobody else was, the process ends by the signal, as it would have.
 * @returns a function that takes this back
 */
export function beforeSignal(action: () => void): () => void {
  const handlers = (['SIGINT', 'SIGTERM'] as const).map((signal) => {
    const handler = (): void => {
      action();
      // Others, and not how many: the action may have taken this one back.
      if (process.listeners(signal).some((other) => other !== handler)) return;
      process.off(signal, handler);
      process.kill(process.pid, signal);
    };
    process.on(signal, handler);
    return () => process.off(signal, handler);
  });
  return () => {
    for (const remove of handlers) remove();
  };
}

/**
 * Whether this process is in the foreground of its terminal. Only Linux tells it for the price of a file; elsewhere, and
 * without a terminal of its own, it is.
 */
export function isForeground(): boolean {
  if (process.platform !== 'linux') return true;
  try {
    return statIsForeground(readFileSync('/proc/self/stat', 'latin1'));
  } catch {
    return true;
  }
}

/** @param stat proc(5): behind the name in brackets, which may hold anything, state ppid pgrp session tty_nr tpgid */
export function statIsForeground(stat: string): boolean {
  const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return foreground === '-1' || foreground === group;
}

/** The shell that started this process, as a renderer sees it. */
export interface Shell {
  readonly onStop: typeof onStop;
  readonly beforeSignal: typeof beforeSignal;
  readonly isForeground: typeof isForeground;
}

export const SYSTEM_SHELL: Shell = { onStop, beforeSignal, isForeground };
