import { expect, test } from 'bun:test';
import { FirstFailure } from './first-failure.ts';

test('what comes first: the value, or the first error of all', async () => {
  const failure = new FirstFailure();
  expect(await failure.unless(Promise.resolve(1))).toBe(1);
  expect(failure.unless(Promise.reject(new Error('its own')))).rejects.toThrow('its own');
  const never = failure.unless(new Promise(() => undefined));
  failure.set(new Error('first'));
  failure.set(new Error('second'));
  expect(never).rejects.toThrow('first');
  // Also when it comes after it.
  expect(failure.unless(Promise.resolve(2))).rejects.toThrow('first');
});

test('what was waited for is held by nobody', async () => {
  const failure = new FirstFailure();
  const values: WeakRef<object>[] = [];
  for (let i = 0; i < 100; i += 1) {
    const value = { i };
    values.push(new WeakRef(value));
    await failure.unless(Promise.resolve(value));
  }
  // A value lives until the end of the task that made it; the collector may find a few on the stack.
  await new Promise(setImmediate);
  Bun.gc(true);
  expect(values.filter((value) => value.deref() !== undefined).length).toBeLessThan(10);
  failure.set(new Error('over'));
});
