/** A process that computes must not outlive the one that a person sees: killed there, it is to be gone here. */

import { dlopen, FFIType } from 'bun:ffi';
import { C_LIBRARY } from '../system/c-library.ts';

const PR_SET_PDEATHSIG = 1;
const SIGKILL = 9;
const LOOK_MS = 1000;

/** From now on this process ends with its parent, at once on Linux, elsewhere within a second unless it is busy. */
export function dieWithParent(parent: number): void {
  const isKept = process.platform === 'linux' && askKernel();
  const look = (): void => {
    if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
  };
  // It may have died before the kernel was asked.
  look();
  if (!isKept) setInterval(look, LOOK_MS).unref();
}

function askKernel(): boolean {
  try {
    const { i32, u64 } = FFIType;
    const { symbols } = dlopen(C_LIBRARY, { prctl: { args: [i32, u64, u64, u64, u64], returns: i32 } });
    return symbols.prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) === 0;
  } catch {
    return false;
  }
}
