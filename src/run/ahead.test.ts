import { describe, expect, test } from 'bun:test';
import { WindowsAhead } from './ahead.ts';
import type { EncodedRows } from './encode.ts';
import { Window } from './window.ts';

const NOTHING: EncodedRows = {
  embeddings: { nucleotide: new Float32Array(0), protein: new Float32Array(0) },
  scores: undefined,
};
/** As long as promises have something to do among themselves. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

function setUp(count: number, most = 3, failAt?: number) {
  const windows = Array.from({ length: count }, () => new Window());
  const read: number[] = [];
  const encodings: PromiseWithResolvers<EncodedRows>[] = [];
  let ends = 0;
  async function* source(): AsyncGenerator<Window, void, undefined> {
    for (const [i, window] of windows.entries()) {
      if (i + 1 === failAt) throw new Error('the disk failed');
      read.push(i + 1);
      yield window;
    }
  }
  const encode = (window: Window, number: number) => {
    expect(window).toBe(windows[number - 1]!);
    const encoding = Promise.withResolvers<EncodedRows>();
    encodings.push(encoding);
    return encoding.promise;
  };
  const ahead = new WindowsAhead(source(), encode, most, () => {
    ends += 1;
  });
  return { windows, read, encodings, ahead, ends: () => ends };
}

describe('WindowsAhead', () => {
  test('windows come in order, and no more of them are alive than allowed', async () => {
    const { windows, read, encodings, ahead, ends } = setUp(6);
    for (const [i, window] of windows.entries()) {
      const next = ahead.next();
      await settle();
      // One that is waited for, and two ahead of it: all of them are being encoded.
      expect(read).toHaveLength(Math.min(6, i + 3));
      expect(encodings).toHaveLength(Math.min(6, i + 3));
      encodings[i]!.resolve(NOTHING);
      expect((await next)!.window).toBe(window);
    }
    expect(await ahead.next()).toBeUndefined();
    expect(await ahead.next()).toBeUndefined();
    expect(ends()).toBeGreaterThan(0);
  });

  test('a later window that is done first waits for its turn', async () => {
    const { windows, encodings, ahead } = setUp(2);
    const first = ahead.next();
    await settle();
    encodings[1]!.resolve(NOTHING);
    encodings[0]!.resolve(NOTHING);
    expect((await first)!.window).toBe(windows[0]!);
    expect((await ahead.next())!.window).toBe(windows[1]!);
  });

  test('what fails is met at once, whether it reads or encodes a later window', async () => {
    const reading = setUp(3, 3, 2);
    await expect(reading.ahead.next()).rejects.toThrow('the disk failed');
    const encoding = setUp(3);
    const next = encoding.ahead.next();
    next.catch(() => undefined);
    await settle();
    encoding.encodings[2]!.reject(new Error('the device failed'));
    await expect(next).rejects.toThrow('the device failed');
    await expect(encoding.ahead.next()).rejects.toThrow('the device failed');
  });

  test('one window alive: nothing is ahead', async () => {
    const { read, encodings, ahead } = setUp(3, 1);
    const next = ahead.next();
    await settle();
    expect(read).toEqual([1]);
    encodings[0]!.resolve(NOTHING);
    await next;
  });
});
