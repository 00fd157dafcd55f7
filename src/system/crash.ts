/** An end of a process that nobody asked for, as it stands in a journal and in `summary.json`. */

import { isObject } from './json-object.ts';

export interface Crash {
  /** `SIGSEGV` and the like. */
  readonly signal: string;
  /** The GPU that most likely did it, as `--device` takes it, and that was left out afterwards; null where none was. */
  readonly device: string | null;
  /** UTC, ISO 8601: no two crashes of a run have the same. */
  readonly at: string;
}

/** @returns undefined for what is none */
export function readCrash(json: unknown): Crash | undefined {
  if (!isObject(json)) return undefined;
  const { signal, device, at } = json;
  if (typeof signal !== 'string' || typeof at !== 'string') return undefined;
  return device === null || typeof device === 'string' ? { signal, device, at } : undefined;
}
