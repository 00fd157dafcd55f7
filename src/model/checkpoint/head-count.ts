/** The number of attention heads: what a checkpoint says, else what a person gave. */

import { UserError } from '../../system/errors.ts';

export interface HeadCountOptions {
  /** For messages. */
  readonly file: string;
  readonly flag: '--protein-heads' | '--nucleotide-heads';
  /** What to say, and what to do, where nobody knows it. */
  readonly unknown: string;
  readonly remedy: string;
}

/** @throws UserError where nobody knows it, or both know different ones */
export function headCount(
  told: number | undefined,
  given: number | undefined,
  { file, flag, unknown, remedy }: HeadCountOptions,
): number {
  const count = told ?? given;
  if (count === undefined) throw new UserError(unknown, remedy, { file });
  if (given !== undefined && given !== count) {
    throw new UserError(`has ${count} attention heads, ${flag} says ${given}`, 'Leave the flag out.', { file });
  }
  return count;
}
