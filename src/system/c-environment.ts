/**
 * The C environment of this process. Assigning `process.env` in Bun does not reach C's `getenv`, which native
 * libraries read, so variables meant for them are set through libc.
 */

import { dlopen, ptr } from 'bun:ffi';

/** Sets a variable where native code sees it. Names and values are ASCII. */
export function setCEnvironment(name: string, value: string): void {
  const zeroEnded = (text: string) => ptr(Buffer.from(`${text}\0`));
  if (process.platform === 'win32') {
    const runtime = dlopen('ucrtbase.dll', { _putenv_s: { args: ['ptr', 'ptr'], returns: 'i32' } });
    if (runtime.symbols._putenv_s(zeroEnded(name), zeroEnded(value)) !== 0)
      throw new Error(`_putenv_s(${name}) failed`);
    return;
  }
  const library = process.platform === 'darwin' ? 'libSystem.B.dylib' : 'libc.so.6';
  const libc = dlopen(library, { setenv: { args: ['ptr', 'ptr', 'i32'], returns: 'i32' } });
  if (libc.symbols.setenv(zeroEnded(name), zeroEnded(value), 1) !== 0) throw new Error(`setenv(${name}) failed`);
}
