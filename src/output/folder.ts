/** The result folder before a run: made where it is missing, refused where it would be overwritten unasked. */

import { existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../system/errors.ts';
import { machineError, systemCode } from '../system/machine-error.ts';
import { RESULT_FILES } from './paths.ts';

/**
 * Afterwards `path` is a folder. Other files in it are left alone; result files of an earlier run stay as they are until
 * the new ones are complete.
 *
 * @param path as typed, absolute or from the current folder
 * @param resume whether a run that was interrupted is to go on
 * @param force whether results that are there already may be replaced
 */
export function prepareFolder(path: string, force: boolean, resume: boolean): void {
  refuseFile(path);
  const there = RESULT_FILES.filter((name) => existsSync(join(path, name)));
  if (there.length === 0 && existsSync(journalFolder(path)) && !force && !resume) {
    throw new UserError(
      'the folder holds a run that was interrupted',
      'Go on with it with --resume, or start anew with --force.',
      { file: path },
    );
  }
  if (there.length > 0 && !force && !resume) {
    throw new UserError(
      `the folder holds results already (${there.join(', ')})`,
      'Choose another folder with --output, or replace them with --force.',
      { file: path },
    );
  }
  makeFolder(path);
}

/** Of a run in this result folder, while it is not finished. */
export function journalFolder(path: string): string {
  return join(path, 'journal');
}

/** Afterwards `path` is a folder. */
export function makeFolder(path: string): void {
  refuseFile(path);
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw machineError(error, path);
  }
}

function refuseFile(path: string): void {
  const kind = kindOf(path);
  if (kind !== 'file' && kind !== 'below a file') return;
  const sentence = kind === 'file' ? 'this is a file, not a folder' : 'a part of this path is a file, not a folder';
  throw new UserError(sentence, 'Choose another folder with --output.', { file: path });
}

function kindOf(path: string): 'folder' | 'file' | 'below a file' | 'absent' {
  try {
    return statSync(path).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT') return 'absent';
    if (code === 'ENOTDIR') return 'below a file';
    throw machineError(error, path);
  }
}
