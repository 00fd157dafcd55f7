/**
 * What the runtime and the system say when memory runs out, as a sentence. Each says it in its own words, and none with a code
 * that could be relied on; what ends the process at once (an abort, the kernel's kill) cannot be told from inside.
 */

import { EXIT, UserError } from './errors.ts';

/** As they stand in messages: of JavaScript and WebAssembly, Workers, bun:ffi, the dynamic linker, and C. */
const WORDS: readonly RegExp[] = [
  /out of memory/i,
  /cannot allocate memory/i,
  /could not allocate/i,
  /\bENOMEM\b/,
  /failed to spawn worker thread/i,
  // It makes its calls from memory that can be executed, and has none.
  /bun:ffi requires the JIT/,
  /failed to map segment from shared object/,
  /\bstd::bad_alloc\b/,
];

/** @returns undefined for an error that has nothing to do with memory */
export function memoryShort(error: unknown): UserError | undefined {
  if (!(error instanceof Error) || error instanceof UserError) return undefined;
  // Of an error from another thread the message is all there is.
  if (!WORDS.some((words) => words.test(error.message))) return undefined;
  return new UserError(
    'There is not enough memory',
    'Close other programs, or raise the limits of this job. With fewer --threads less is needed.',
    {},
    EXIT.runtime,
  );
}
