import { dlopen, ptr } from 'bun:ffi';
import { expect, test } from 'bun:test';
import { setCEnvironment } from './c-environment.ts';

test.skipIf(process.platform === 'win32')('what is set is what getenv gives, also a second time', () => {
  const library = process.platform === 'darwin' ? 'libSystem.B.dylib' : 'libc.so.6';
  const { symbols } = dlopen(library, { getenv: { args: ['ptr'], returns: 'cstring' } });
  const get = () => String(symbols.getenv(ptr(Buffer.from('VIRNUCPRO_TEST\0'))));
  for (const value of ['one', 'two words', '']) {
    setCEnvironment('VIRNUCPRO_TEST', value);
    expect(get()).toBe(value);
  }
});
