/**
 * The C environment of this process. Assigning `process.env` in Bun does not reach C's `getenv`, which native
 * libraries read, so variables meant for them are set through libc.
 */

import { dlopen, ptr } from 'bun:ffi';
import { C_LIBRARY } from './c-library.ts';

/** Sets a variable where native code sees it; undefined takes it away. Names and values are ASCII. */
export function setCEnvironment(name: string, value: string | undefined): void {
  const zeroEnded = (text: string) => ptr(Buffer.from(`${text}\0`));
  if (process.platform === 'win32') {
    const runtime = dlopen('ucrtbase.dll', { _putenv_s: { args: ['ptr', 'ptr'], returns: 'i32' } });
    // An empty value is how Windows takes a variable away.
    if (runtime.symbols._putenv_s(zeroEnded(name), zeroEnded(value ?? '')) !== 0) {
      throw new Error(`_putenv_s(${name}) failed`);
    }
    return;
  }
  const { symbols } = dlopen(C_LIBRARY, {
    setenv: { args: ['ptr', 'ptr', 'i32'], returns: 'i32' },
    unsetenv: { args: ['ptr'], returns: 'i32' },
  });
  const code =
    value === undefined ? symbols.unsetenv(zeroEnded(name)) : symbols.setenv(zeroEnded(name), zeroEnded(value), 1);
  if (code !== 0) throw new Error(`setenv(${name}) failed`);
}

let lastTurn: Promise<unknown> = Promise.resolve();

/**
 * Has `action` run under variables of its own. The environment is one for the whole process, so actions take turns; each
 * leaves the variables as the process was started with them.
 */
export function withCEnvironment<T>(variables: Readonly<Record<string, string>>, action: () => Promise<T>): Promise<T> {
  const turn = lastTurn.then(async () => {
    for (const [name, value] of Object.entries(variables)) setCEnvironment(name, value);
    try {
      return await action();
    } finally {
      for (const name of Object.keys(variables)) setCEnvironment(name, process.env[name]);
    }
  });
  lastTurn = turn.catch(() => undefined);
  return turn;
}
