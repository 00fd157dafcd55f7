/**
 * The folder of installed runtimes: VIRNUCPRO_RUNTIME, else `virnucpro/runtime` in the platform's data folder. Like the
 * models' folder it is never moved to a temp folder: what lies there was a large download.
 */

import { join, resolve } from 'node:path';
import { EXIT, UserError } from '../system/errors.ts';
import { platformFolder } from '../system/home.ts';
import { systemCode } from '../system/machine-error.ts';

/** Absolute path; the folder need not exist yet. */
export function runtimeFolder(): string {
  const asked = process.env['VIRNUCPRO_RUNTIME'];
  if (asked !== undefined && asked !== '') return resolve(asked);
  const platform = platformFolder('data');
  if (platform !== undefined) return join(platform, 'virnucpro', 'runtime');
  throw new UserError(
    'There is no home folder to keep runtimes in',
    'Set VIRNUCPRO_RUNTIME to a folder for them.',
    {},
    EXIT.runtime,
  );
}

/** What the system refused in the folder of runtimes, as a UserError; any other error as it is. */
export function runtimeError(error: unknown, path: string, refused: 'read' | 'written'): unknown {
  const code = systemCode(error);
  if (code === undefined) return error;
  const isFull = code === 'ENOSPC' || code === 'EDQUOT';
  return new UserError(
    `the folder of runtimes cannot be ${refused} (${code})`,
    isFull
      ? 'Free some space there, or set VIRNUCPRO_RUNTIME to a folder on a larger disk.'
      : 'Check it and its permissions, or set VIRNUCPRO_RUNTIME to another folder.',
    { file: path },
    EXIT.runtime,
  );
}
