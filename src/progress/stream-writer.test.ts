import { describe, expect, test } from 'bun:test';
import { HandTurned } from '../../test/helpers/hand-turned.ts';
import { StreamWriter } from './stream-writer.ts';

/** A stream that takes `room` bytes more, and what it has. */
function setUp(room: number) {
  const clock = new HandTurned();
  const decoder = new TextDecoder();
  const stream = { room, text: '', isGone: false, pauses: 0, onPause: (): void => undefined };
  const writer = new StreamWriter(
    (bytes) => {
      if (stream.isGone) throw new Error('EPIPE');
      const taken = Math.min(stream.room, bytes.length);
      stream.room -= taken;
      stream.text += decoder.decode(bytes.subarray(0, taken), { stream: true });
      return taken;
    },
    clock,
    () => {
      stream.pauses += 1;
      stream.onPause();
    },
  );
  return { clock, stream, writer };
}

const MEGABYTE = 'x'.repeat(1024 * 1024 - 1);

describe('StreamWriter', () => {
  test('what is not taken is kept and follows, in order and whole', () => {
    const { clock, stream, writer } = setUp(5);
    writer.write('one é\n');
    writer.write('two\n');
    expect([stream.text, writer.isBusy]).toEqual(['one ', true]);
    stream.room = 3;
    clock.pass(0.1);
    stream.room = 100;
    clock.pass(0.1);
    expect([stream.text, writer.isBusy, clock.appointments]).toEqual(['one é\ntwo\n', false, 0]);
    expect(stream.pauses).toBe(0);
  });

  test('a reader that is gone is no error', () => {
    const { clock, stream, writer } = setUp(2);
    writer.write('text');
    stream.isGone = true;
    writer.write('more');
    writer.flush(1000);
    stream.isGone = false;
    writer.write('again');
    expect([stream.text, writer.isBusy, stream.pauses, clock.appointments]).toEqual(['te', false, 0, 0]);
  });

  test('flush waits as long as something is taken, and not much longer', () => {
    const { stream, writer } = setUp(0);
    writer.write('0123456789');
    stream.onPause = () => {
      if (stream.pauses % 10 === 0 && stream.pauses <= 100) stream.room = 1;
    };
    writer.flush(100);
    expect(stream.text).toBe('0123456789');
    writer.write('stuck');
    const before = stream.pauses;
    writer.flush(100);
    expect([stream.pauses - before, writer.isBusy]).toEqual([20, true]);
  });

  test('a reader that never reads is waited for once, and loses whole texts, the newest', () => {
    const { stream, writer } = setUp(0);
    for (let i = 0; i < 40; i += 1) writer.write(`${MEGABYTE}${i % 10}`);
    const waits = stream.pauses;
    expect(waits).toBe(1000);
    stream.room = Number.POSITIVE_INFINITY;
    writer.write('end');
    writer.write('!');
    expect(stream.text.length).toBe(16 * 1024 * 1024 + 4);
    expect(stream.text.replaceAll('x', '')).toBe('0123456789012345end!');
    expect(stream.pauses).toBe(waits);
  });
});
