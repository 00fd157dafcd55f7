/** What `runtime list` shows: an object for programs, a table for people. */

import { alignedTable } from './aligned-table.ts';

export interface ListedRuntime {
  readonly name: string;
  readonly state: 'installed' | 'broken' | 'available' | 'outdated';
  /** Version of CUDA; null where it is not known. */
  readonly cuda: string | null;
  /** On disk; of an available one what is downloaded. Null where it is not known. */
  readonly bytes: number | null;
  /** No card was at hand to try it on. */
  readonly untested: boolean;
  /** Whether driver and cards of this machine suit. */
  readonly usable: boolean;
  /** Why it cannot be used, or what is wrong with it. */
  readonly about: string | null;
  readonly path: string | null;
}

/** @param bytesText a size for people */
export function runtimeTable(runtimes: readonly ListedRuntime[], bytesText: (bytes: number) => string): string {
  const rows = runtimes.map((runtime) => [
    runtime.name,
    runtime.state,
    runtime.bytes === null ? '-' : bytesText(runtime.bytes),
    runtime.cuda ?? '-',
    runtime.usable ? 'yes' : 'no',
    [runtime.untested ? 'untested' : undefined, runtime.about].filter((text) => !!text).join('; '),
  ]);
  return alignedTable([['name', 'state', 'size', 'CUDA', 'usable here', ''], ...rows]);
}
