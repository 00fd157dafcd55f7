/** What the system says when a file cannot be written, as a sentence with what to do about it. */

import { EXIT, UserError } from './errors.ts';

const ANOTHER_FOLDER = 'choose another folder with --output';

/** System error code -> [sentence, remedy]; ELSEWHERE stands for what else a person may do, and follows an "or". */
const KNOWN: Readonly<Record<string, readonly [string, string]>> = {
  ENOSPC: ['the disk is full', 'Free some space or ELSEWHERE, then run again.'],
  EDQUOT: ['your quota on this disk is used up', 'Delete what you no longer need or ELSEWHERE, then run again.'],
  EFBIG: ['the file is larger than is allowed here', 'Raise the limit (ulimit -f) or ELSEWHERE.'],
  EACCES: ['no permission to write here', 'Change the permissions of the folder or ELSEWHERE.'],
  EPERM: ['no permission to write here', 'Change the permissions of the folder or ELSEWHERE.'],
  EROFS: ['the disk is read-only', 'Mount it for writing or ELSEWHERE.'],
  EIO: ['the disk reports an error', 'Check the disk or ELSEWHERE, then run again.'],
  ESTALE: ['the connection to the disk was lost', 'Check the network disk or ELSEWHERE, then run again.'],
  ENOTCONN: ['the connection to the disk was lost', 'Check the network disk or ELSEWHERE, then run again.'],
  ENOENT: ['there is no such folder', 'Make it or ELSEWHERE, and let nothing move it while the program runs.'],
  ENOTDIR: ['a part of the path is a file, not a folder', 'Rename that file or ELSEWHERE.'],
  EISDIR: ['a folder has the name of this file', 'Rename that folder or ELSEWHERE.'],
  EEXIST: ['something else has this name', 'Rename that or ELSEWHERE.'],
  ENOTEMPTY: ['something else has this name', 'Rename that or ELSEWHERE.'],
  ENAMETOOLONG: ['the name is too long for this disk', 'Use a shorter path, or ELSEWHERE.'],
  ELOOP: ['the link leads in a circle', 'Remove that link or ELSEWHERE.'],
  EMFILE: ['too many files are open', 'Raise the limit (ulimit -n), then run again.'],
  ENFILE: ['too many files are open on this machine', 'Close other programs, then run again.'],
};

/** The code of a system error (`ENOSPC` …), undefined for every other error. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Why nothing can be written, as it goes on behind a colon: `the disk is full (ENOSPC)`; undefined for no system error. */
export function machineReason(error: unknown): string | undefined {
  const code = systemCode(error);
  return code === undefined ? undefined : `${KNOWN[code]?.[0] ?? 'the system refused to write'} (${code})`;
}

/**
 * @param path as the user would call it, without the temporary suffix
 * @param elsewhere what else a person may do, as it goes on behind "or"
 * @returns a UserError for what the machine refused; any other error as it is
 */
export function machineError(error: unknown, path: string, elsewhere = ANOTHER_FOLDER): unknown {
  const code = systemCode(error);
  if (code === undefined) return error;
  const remedy = (KNOWN[code]?.[1] ?? 'Check the disk or ELSEWHERE.').replace('ELSEWHERE', elsewhere);
  return new UserError(`cannot be written: ${machineReason(error)}`, remedy, { file: path }, EXIT.runtime);
}
