/** The message of a person's mistake, where a function must find one. */

import { UserError } from '../../src/system/errors.ts';

export function refused(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
  throw new Error('nothing was refused');
}
