/**
 * What a supervisor and the process that it watches have agreed on: the assignment, which is passed in the environment, and
 * the report, lines that the process writes to a pipe while it lives.
 */

/** Holds the assignment as JSON; its absence means that a process is watched by nobody. */
export const ASSIGNMENT_VARIABLE = 'VIRNUCPRO_ASSIGNMENT';

/** An end of a process that nobody asked for. */
export interface Crash {
  /** `SIGSEGV` and the like. */
  readonly signal: string;
  /** The GPU that most likely did it, as `--device` takes it; null where none can be blamed. */
  readonly device: string | null;
  /** UTC, ISO 8601. */
  readonly at: string;
}

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

export function parseAssignment(text: string): Assignment | undefined {
  const json: unknown = JSON.parse(text);
  return isAssignment(json) ? json : undefined;
}

function isAssignment(json: unknown): json is Assignment {
  if (typeof json !== 'object' || json === null) return false;
  const { parent, report, standardError, crashes, goesOn } = json as Readonly<Record<keyof Assignment, unknown>>;
  return (
    [parent, report, standardError].every((number) => Number.isSafeInteger(number)) &&
    typeof goesOn === 'boolean' &&
    Array.isArray(crashes) &&
    crashes.every(isCrash)
  );
}

export function isCrash(json: unknown): json is Crash {
  if (typeof json !== 'object' || json === null) return false;
  const { signal, device, at } = json as Readonly<Record<keyof Crash, unknown>>;
  return typeof signal === 'string' && typeof at === 'string' && (device === null || typeof device === 'string');
}
