/**
 * The folder of installed models: VIRNUCPRO_MODELS, else `virnucpro/models` in the platform's data folder. Unlike the
 * cache it is never moved to a temp folder: what lies there took hours to download.
 */

import { join, resolve } from 'node:path';
import { EXIT, UserError } from '../system/errors.ts';
import { platformFolder } from '../system/home.ts';
import { systemCode } from '../system/machine-error.ts';

/** Absolute path; the folder need not exist yet. */
export function modelsFolder(): string {
  const asked = process.env['VIRNUCPRO_MODELS'];
  if (asked !== undefined && asked !== '') return resolve(asked);
  const platform = platformFolder('data');
  if (platform !== undefined) return join(platform, 'virnucpro', 'models');
  throw new UserError(
    'There is no home folder to keep models in',
    'Set VIRNUCPRO_MODELS to a folder for them.',
    {},
    EXIT.runtime,
  );
}

/** What the system refused in the folder of models, as a UserError; any other error as it is. */
export function storeError(error: unknown, path: string, refused: 'read' | 'written'): unknown {
  const code = systemCode(error);
  if (code === undefined) return error;
  const full = code === 'ENOSPC' || code === 'EDQUOT';
  return new UserError(
    `the folder of installed models cannot be ${refused} (${code})`,
    full
      ? 'Free some space there, or set VIRNUCPRO_MODELS to a folder on a larger disk.'
      : 'Check it and its permissions, or set VIRNUCPRO_MODELS to another folder.',
    { file: path },
    EXIT.runtime,
  );
}
