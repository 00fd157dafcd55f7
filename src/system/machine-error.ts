/** What the system says when a file cannot be written, as a sentence with what to do about it. */

import { EXIT, UserError } from './errors.ts';

const ELSEWHERE = 'choose another folder with --output';

/** System error code -> [sentence, remedy]. */
const KNOWN: Readonly<Record<string, readonly [string, string]>> = {
  ENOSPC: ['the disk is full', `Free some space or ${ELSEWHERE}, then run again.`],
  EDQUOT: ['your quota on this disk is used up', `Delete what you no longer need or ${ELSEWHERE}, then run again.`],
  EFBIG: ['the file is larger than is allowed here', `Raise the limit (ulimit -f) or ${ELSEWHERE}.`],
  EACCES: ['no permission to write here', `Change the permissions of the folder or ${ELSEWHERE}.`],
  EPERM: ['no permission to write here', `Change the permissions of the folder or ${ELSEWHERE}.`],
  EROFS: ['the disk is read-only', `Mount it for writing or ${ELSEWHERE}.`],
  EIO: ['the disk reports an error', `Check the disk or ${ELSEWHERE}, then run again.`],
  ENOENT: ['the folder is gone', 'Make sure that nothing moves or deletes it while the program runs, then run again.'],
  ENOTDIR: ['a part of the path is a file, not a folder', `Rename that file or ${ELSEWHERE}.`],
  EISDIR: ['a folder has the name of this file', `Rename that folder or ${ELSEWHERE}.`],
  ENAMETOOLONG: ['the name is too long for this disk', `Use a shorter path with --output.`],
  EMFILE: ['too many files are open', 'Raise the limit (ulimit -n), then run again.'],
  ENFILE: ['too many files are open on this machine', 'Close other programs, then run again.'],
};

/** The code of a system error (`ENOSPC` …), undefined for every other error. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/**
 * @param path as the user would call it, without the temporary suffix
 * @returns a UserError for what the machine refused; any other error as it is
 */
export function machineError(error: unknown, path: string): unknown {
  const code = systemCode(error);
  if (code === undefined) return error;
  const [sentence, remedy] = KNOWN[code] ?? ['the system refused to write', `Check the disk or ${ELSEWHERE}.`];
  return new UserError(`cannot be written: ${sentence} (${code})`, remedy, { file: path }, EXIT.runtime);
}
