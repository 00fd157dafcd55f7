import { describe, expect, test } from 'bun:test';
import { Whole } from './whole.ts';

/** Frames lie one after the other in a memory that is overwritten as soon as they are released. */
const memory = Uint8Array.from({ length: 64 }, (_, i) => i);
const frame = (start: number, end: number, more: boolean) => ({ kind: 1, more, memory, start, end });

describe('Whole', () => {
  test('a piece in one frame stays where it is', () => {
    expect(new Whole().take(frame(3, 9, false))).toEqual({ memory, start: 3, end: 9 });
    const { memory: same } = new Whole().take(frame(3, 9, false))!;
    expect(same).toBe(memory);
  });

  test('parts are put together, also when their ring was used again', () => {
    const whole = new Whole();
    const ring = memory.slice();
    expect(whole.take({ ...frame(10, 14, true), memory: ring })).toBeUndefined();
    ring.fill(0);
    expect(whole.take(frame(1, 4, true))).toBeUndefined();
    const { memory: bytes, start, end } = whole.take(frame(20, 22, false))!;
    expect([...bytes.subarray(start, end)]).toEqual([10, 11, 12, 13, 1, 2, 3, 20, 21]);
    // Rows are read as 16-bit words.
    expect(bytes.byteOffset % 2).toBe(0);
  });

  test('the next piece begins anew', () => {
    const whole = new Whole();
    whole.take(frame(0, 2, true));
    whole.take(frame(2, 4, false));
    expect(whole.take(frame(8, 9, false))).toEqual({ memory, start: 8, end: 9 });
    whole.take(frame(0, 1, true));
    const { memory: bytes, start, end } = whole.take(frame(5, 6, false))!;
    expect([...bytes.subarray(start, end)]).toEqual([0, 5]);
  });
});
