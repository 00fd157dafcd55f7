/** The limit on the address space of this process, which batch systems set (`ulimit -v`, `h_vmem`), against what it needs. */

import { readFileSync } from 'node:fs';
import { EXIT, UserError } from './errors.ts';
import { bytesText } from './quantities.ts';

/**
 * In bytes, most of which are never touched. Below them the runtime aborts without a word, now and then and not always:
 * some 0.6 GB with sequences alone, some 3 GB with a model.
 */
export const ADDRESS_SPACE = { sequences: 1e9, model: 4e9 } as const;

/** @throws UserError where the limit is below what is needed, before anything is begun */
export function needAddressSpace(needed: number): void {
  const limit = addressSpaceLimit();
  if (limit === undefined || limit >= needed) return;
  throw new UserError(
    `There is not enough memory: the limit on this job's address space is ${bytesText(limit)}, and ${bytesText(needed)} are needed`,
    'Raise it (ulimit -v, or what the batch system calls it), or take it away: most of the space is never filled.',
    {},
    EXIT.runtime,
  );
}

/** The soft limit, which is the one that counts, in bytes. @returns undefined where there is none, or nobody tells */
function addressSpaceLimit(): number | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    return addressSpaceOf(readFileSync('/proc/self/limits', 'latin1'));
  } catch {
    return undefined;
  }
}

/** @param limits proc(5): a line for each limit, soft and hard, in columns */
export function addressSpaceOf(limits: string): number | undefined {
  const soft = /^Max address space +(\d+) /m.exec(limits)?.[1];
  return soft === undefined ? undefined : Number(soft);
}
