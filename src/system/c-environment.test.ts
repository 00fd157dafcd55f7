import { CString, dlopen, ptr } from 'bun:ffi';
import { expect, test } from 'bun:test';
import { setCEnvironment, withCEnvironment } from './c-environment.ts';

const isWindows = process.platform === 'win32';

function get(): string | undefined {
  const library = process.platform === 'darwin' ? 'libSystem.B.dylib' : 'libc.so.6';
  const { symbols } = dlopen(library, { getenv: { args: ['ptr'], returns: 'ptr' } });
  const found = symbols.getenv(ptr(Buffer.from('VIRNUCPRO_TEST\0')));
  return found === null ? undefined : new CString(found).toString();
}

test.skipIf(isWindows)('what is set is what getenv gives, also a second time', () => {
  for (const value of ['one', 'two words', '']) {
    setCEnvironment('VIRNUCPRO_TEST', value);
    expect(get()).toBe(value);
  }
});

test.skipIf(isWindows)('actions with variables of their own take turns, and leave none behind', async () => {
  setCEnvironment('VIRNUCPRO_TEST', undefined);
  const seen: (string | undefined)[] = [];
  const look = (value: string, fails: boolean) =>
    withCEnvironment({ VIRNUCPRO_TEST: value }, async () => {
      seen.push(get());
      await Promise.resolve();
      seen.push(get());
      if (fails) throw new Error('on purpose');
    });
  await Promise.allSettled([look('a', false), look('b', true), look('c', false)]);
  expect(seen).toEqual(['a', 'a', 'b', 'b', 'c', 'c']);
  expect(get()).toBeUndefined();
});
