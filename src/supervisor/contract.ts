/**
 * What a supervisor and the process that it watches have agreed on: the assignment, which is passed in the environment, and
 * the report, lines that the process writes to a pipe while it lives.
 */

import { type Crash, readCrash } from '../system/crash.ts';
import { isObject } from '../system/json-object.ts';

/** Holds the assignment as JSON; its absence means that a process is watched by nobody. */
export const ASSIGNMENT_VARIABLE = 'VIRNUCPRO_ASSIGNMENT';

export interface Assignment {
  /** Process id of the supervisor. */
  readonly parent: number;
  /** Descriptor of the report. */
  readonly report: number;
  /** Descriptor of the real standard error: what is written to number 2 is for the supervisor. */
  readonly standardError: number;
  /** Those of this command line so far, the newest last. */
  readonly crashes: readonly Crash[];
  /** An earlier process of this command line has begun the journal: it is to be gone on with. */
  readonly goesOn: boolean;
}

/**
 * `begin`, `end`: a device was given something to do, and is done with it. `journal`: there is one from now on.
 * `once`: an input cannot be read a second time.
 */
export type Report =
  | { readonly kind: 'begin' | 'end'; readonly device: string }
  | { readonly kind: 'journal' }
  | { readonly kind: 'once' };

export function reportLine(report: Report): string {
  return 'device' in report ? `${report.kind} ${report.device}\n` : `${report.kind}\n`;
}

/** @returns undefined for a line that is not whole */
export function parseReport(line: string): Report | undefined {
  const [kind, device] = line.split(' ');
  if (kind === 'journal' || kind === 'once') return { kind };
  return (kind === 'begin' || kind === 'end') && device !== undefined ? { kind, device } : undefined;
}

/** @returns undefined for what is none */
export function parseAssignment(text: string): Assignment | undefined {
  const json: unknown = JSON.parse(text);
  if (!isObject(json)) return undefined;
  const { parent, report, standardError, crashes, goesOn } = json;
  if (!isWhole(parent) || !isWhole(report) || !isWhole(standardError)) return undefined;
  if (typeof goesOn !== 'boolean' || !Array.isArray(crashes)) return undefined;
  const known = crashes.flatMap((crash) => readCrash(crash) ?? []);
  return known.length === crashes.length ? { parent, report, standardError, crashes: known, goesOn } : undefined;
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value);
}
