import { expect, test } from 'bun:test';
import { EXIT, UserError } from './errors.ts';
import { memoryShort } from './memory-short.ts';

test.each([
  'Out of memory',
  'WebAssembly.Memory(): could not allocate memory',
  'Failed to spawn worker thread',
  'bun:ffi requires the JIT',
  "ENOMEM: not enough memory, read 'x'",
  'lib.so cannot be loaded: failed to map segment from shared object',
])('%s', (message) => {
  const told = memoryShort(new Error(message));
  expect(told).toMatchObject({ sentence: 'There is not enough memory', exitCode: EXIT.runtime });
});

test('what the runtime itself says of an array that is too large', () => {
  let thrown: unknown;
  try {
    new Uint8Array(2 ** 52);
  } catch (error) {
    thrown = error;
  }
  expect(memoryShort(thrown)).toBeInstanceOf(UserError);
});

test('everything else is left alone', () => {
  for (const error of [new Error('x'), new UserError('out of memory', 'Buy some.'), 'out of memory', undefined]) {
    expect(memoryShort(error)).toBeUndefined();
  }
});
