/** What is to go wrong on a device, for tests of what the program makes of it; and the ends of a process among it. */

import { dlopen, type Pointer, read } from 'bun:ffi';
import { C_LIBRARY } from '../system/c-library.ts';

/** `segfault`, `abort`: native code takes the whole process with it. */
export const CRASH_FAULTS = ['segfault', 'abort'] as const;
export type CrashFault = (typeof CRASH_FAULTS)[number];

export interface Fault {
  readonly what: 'memory' | 'lost' | 'exception' | 'hang' | 'unrepaired' | CrashFault;
  /** With which of the batches, from 1. */
  readonly at: number;
}

export function isCrashFault(what: Fault['what']): what is CrashFault {
  return CRASH_FAULTS.some((known) => known === what);
}

/** An address at which nothing is. */
const NOWHERE = 8 as Pointer;

/** Ends the process as damaged native code does. */
export function crashOnPurpose(what: CrashFault): void {
  if (what === 'segfault') read.u8(NOWHERE);
  else dlopen(C_LIBRARY, { abort: { args: [], returns: 'void' } }).symbols.abort();
}
