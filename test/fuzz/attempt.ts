/** Whether an input was read or refused with a sentence that a person can use; everything else is a finding. */

import { UserError } from '../../src/system/errors.ts';
import type { Tally } from './target.ts';

/** A sentence that quotes a file whole is none. Paths of temporary folders are part of it. */
const LONGEST_MESSAGE = 1200;
/** What a template makes of something that is not there, or is no text. */
const ACCIDENT = /\bundefined\b|\[object |\bNaN\b/;

export const READ: Tally = { inputs: 1, read: 1 };
export const REFUSED: Tally = { inputs: 1, refused: 1 };

/**
 * @param read reads the input, and looks at what came out
 * @param isDocumented true for an error besides UserError that the reader says it throws
 * @throws what is a finding
 */
export async function attempt(
  read: () => unknown,
  isDocumented: (error: Error) => boolean = () => false,
): Promise<Tally> {
  try {
    await read();
    return READ;
  } catch (error) {
    if (error instanceof UserError) {
      checkSentence(error);
      return REFUSED;
    }
    if (error instanceof Error && isDocumented(error)) return REFUSED;
    throw error;
  }
}

/** A plain Error, and not one of the engine's own (TypeError, RangeError …), which nobody throws on purpose. */
export function isPlainError(error: Error): boolean {
  return error.constructor === Error && !('code' in error);
}

function checkSentence({ sentence, remedy, message }: UserError): void {
  if (sentence.length < 5 || remedy.length < 5) throw new Error(`a sentence without words: ${message}`);
  if (message.length > LONGEST_MESSAGE)
    throw new Error(`a sentence of ${message.length} letters: ${message.slice(0, 200)}`);
  if (ACCIDENT.test(message)) throw new Error(`a sentence that was not meant so: ${message}`);
}
