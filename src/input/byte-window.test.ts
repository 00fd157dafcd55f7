import { expect, test } from 'bun:test';
import { BytesSource } from '../../test/helpers/jobs.ts';
import { PlainKernel } from '../../test/helpers/plain-kernel.ts';
import { ByteWindow } from './byte-window.ts';

const BYTES = Uint8Array.from({ length: 300 }, (_, i) => i & 0xff);

test.each([1, 3, 16, 1000])('unread bytes stay together, in blocks of %d', (blockLength) => {
  const kernel = new PlainKernel();
  const window = new ByteWindow(kernel, 16);
  const rest = () => [...kernel.memory.subarray(window.at, window.end)];
  for (let job = 0; job < 2; job++) {
    window.begin(new BytesSource(BYTES, blockLength, 'it is cut'));
    expect([window.offset, window.lastByte, window.end - window.at]).toEqual([0, -1, 0]);
    let read = 0;
    // All is read on, then left, then half of it is taken: the window is moved, and grows.
    for (const keep of [0, 5, 16, 40]) {
      for (let turn = 0; turn < 20; turn++) {
        const before = rest();
        if (!window.more()) break;
        expect(rest().slice(0, before.length)).toEqual(before);
        expect(window.lastByte).toBe(rest().at(-1)!);
        expect(rest()).toEqual([...BYTES.subarray(window.offset, window.offset + window.end - window.at)]);
        const taken = Math.max(0, window.end - window.at - keep);
        window.at += taken;
        read += taken;
        expect(window.offset).toBe(read);
      }
    }
    while (window.more()) expect(rest()).toEqual([...BYTES.subarray(read, read + window.end - window.at)]);
    expect(window.offset + window.end - window.at).toBe(BYTES.length);
    expect(window.more()).toBe(false); // the source throws when it is asked again
    expect(window.cut).toBe('it is cut');
  }
});
