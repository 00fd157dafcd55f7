/**
 * Standard error, one writer for the process. A supervised process has it under another number.
 *
 * A terminal or a pipe is opened once more without blocking where the system can do that (Linux): the flag belongs to what
 * is opened, so the descriptor that other programs share stays as it is. Files never block and must not be opened
 * again, because that would begin at their start.
 */

import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs';
import { supervised } from '../supervisor/supervised.ts';
import { systemCode } from '../system/machine-error.ts';
import { SYSTEM_CLOCK } from './clock.ts';
import { StreamWriter } from './stream-writer.ts';

const USUAL_DESCRIPTOR = 2;
const pauseCell = new Int32Array(new SharedArrayBuffer(4));

/** A reader that takes nothing is waited for so long before the process ends. */
const PATIENCE_MS = 5000;

let writer: StreamWriter | undefined;

/** What a person must know although nothing else is told any more. */
export function writeError(text: string): void {
  standardError().write(text);
  flushStandardError();
}

export function flushStandardError(): void {
  standardError().flush(PATIENCE_MS);
}

/** The number under which this process has standard error. */
export function errorDescriptor(): number {
  return supervised()?.assignment.standardError ?? USUAL_DESCRIPTOR;
}

export function standardError(): StreamWriter {
  if (writer !== undefined) return writer;
  const original = errorDescriptor();
  const descriptor = withoutBlocking(original) ?? original;
  writer = new StreamWriter(
    (bytes) => putNow(descriptor, bytes),
    SYSTEM_CLOCK,
    (milliseconds) => Atomics.wait(pauseCell, 0, 0, milliseconds),
  );
  return writer;
}

function putNow(descriptor: number, bytes: Uint8Array): number {
  try {
    return writeSync(descriptor, bytes);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'EAGAIN' || code === 'EINTR') return 0;
    throw error;
  }
}

/** A second descriptor of the same terminal or pipe; undefined where there can be none. */
function withoutBlocking(descriptor: number): number | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    const original = fstatSync(descriptor);
    if (!original.isCharacterDevice() && !original.isFIFO()) return undefined;
    const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants;
    const opened = openSync(`/proc/self/fd/${descriptor}`, O_WRONLY | O_NONBLOCK | O_NOCTTY);
    const copy = fstatSync(opened);
    if (copy.ino === original.ino && copy.dev === original.dev && copy.rdev === original.rdev) return opened;
    closeSync(opened);
  } catch {
    // Another user's terminal (`su`), a pipe without reader, no /proc: then as it is.
  }
  return undefined;
}
