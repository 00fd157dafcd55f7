/** Whether a process of this machine still runs: who holds a lock or a folder may be gone. */

import { readdirSync, readFileSync } from 'node:fs';
import { systemCode } from './machine-error.ts';

/** Of proc(5), behind the name in brackets: state ppid pgrp ... and, as the 20th, when the process began. */
const STATE = 0;
const BEGAN = 19;
const STOPPED = 'T';
/** It has ended; its parent only has not asked how. In a container there may be nobody who ever does. */
const ENDED = ['Z', 'X'];

/** @param began as `beginningOf` gave it; a process that began at another moment is another one with the same number */
export function isAlive(pid: number, began?: string): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  const stat = statOf(pid);
  if (stat !== undefined && ENDED.includes(stat[STATE]!) && !hasOtherThreads(pid)) return false;
  if (stat !== undefined && began !== undefined && stat[BEGAN] !== began) return false;
  try {
    // Signal 0 only asks; EPERM means that the process is there and somebody else's.
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}

/** Whether a process was stopped (Ctrl-Z) and may be continued. Only Linux tells; elsewhere it is not. */
export function isStopped(pid: number): boolean {
  return statOf(pid)?.[STATE] === STOPPED;
}

/** When a process began, in the system's own unit. Only Linux tells. */
export function beginningOf(pid: number): string | undefined {
  return statOf(pid)?.[BEGAN];
}

/** A killed process whose first thread is gone, while another one is still inside a write. */
function hasOtherThreads(pid: number): boolean {
  try {
    return readdirSync(`/proc/${pid}/task`).length > 1;
  } catch {
    return false;
  }
}

function statOf(pid: number): readonly string[] | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}
