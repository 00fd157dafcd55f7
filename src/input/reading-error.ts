/** What the system says about a file that cannot be read, as a sentence. */

import { EXIT, UserError } from '../system/errors.ts';

/** Why a file cannot be read, by the system's code. */
const REASONS: Readonly<Record<string, readonly [sentence: string, remedy: string]>> = {
  ENOENT: ['there is no such file', 'Check the spelling and the folder you are in.'],
  ENOTDIR: ['there is no such file', 'A part of the path is a file, not a folder.'],
  EISDIR: ['this is a folder', 'Name the FASTA files in it.'],
  EACCES: ['the file may not be read', 'Ask its owner for permission to read it.'],
  EPERM: ['the file may not be read', 'Ask its owner for permission to read it.'],
  ELOOP: ['the link leads in a circle', 'Name the file itself.'],
  ENAMETOOLONG: ['the path is too long', 'Check what was typed.'],
  ENXIO: ['this is a socket or a device that gives no data', 'Name a file or a pipe.'],
};

/** The same for a file that was there when the run began. */
export function laterReadingError(error: unknown, name: string): unknown {
  const isGone = error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
  if (!isGone) return readingError(error, name);
  return new UserError('the file was removed before it was read', 'Put it back, then run again.', { file: name });
}

/** Turns what the system reports about `name` into a sentence; what is no report of the system is given back as it is. */
export function readingError(error: unknown, name: string): unknown {
  if (error instanceof UserError || !(error instanceof Error)) return error;
  if (!('code' in error) || typeof error.code !== 'string') return error;
  const reason = REASONS[error.code];
  if (reason !== undefined) return new UserError(reason[0], reason[1], { file: name });
  return new UserError(
    `the file could not be read (${error.code})`,
    'Check the disk or the connection it is on, then run again.',
    { file: name },
    EXIT.runtime,
  );
}
