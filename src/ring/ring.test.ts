/** Both sides of a ring in one thread: layout, room, pieces, waiting without blocking, and every ending. */

import { describe, expect, spyOn, test } from 'bun:test';
import { RingConsumer } from './consumer.ts';
import { CONTROL_BYTES, createRing, LARGEST_RING_BYTES, WORD } from './layout.ts';
import { markDead } from './mark-dead.ts';
import { RingProducer } from './producer.ts';
import { RingAborted } from './ring-error.ts';

const NOTHING = new Uint8Array(0);

function pair(capacity: number) {
  const ring = createRing(capacity);
  return { ring, producer: new RingProducer(ring), consumer: new RingConsumer(ring) };
}

function bytes(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => i * 5 + 1);
}

/** Writes what must have room: `write` would block this thread, and with it the test, where it has none. */
function put(producer: RingProducer, kind: number, ...bytes: [Uint8Array, number?, number?]): void {
  if (!producer.tryWrite(kind, ...bytes)) throw new Error('there is no room');
}

/** Takes the frame that must be there, and releases it. */
function take(consumer: RingConsumer): { kind: number; more: boolean; payload: number[] } {
  const frame = consumer.poll();
  if (frame === undefined || frame === 'empty') throw new Error('no frame is there');
  const payload = [...frame.memory.subarray(frame.start, frame.end)];
  const { kind, more } = frame;
  consumer.release();
  return { kind, more, payload };
}

async function takeAll(consumer: RingConsumer): Promise<{ kind: number; more: boolean; payload: number[] }[]> {
  const all = [];
  for (;;) {
    const frame = consumer.poll();
    if (frame === undefined) return all;
    if (frame === 'empty') await consumer.wait();
    else {
      all.push({ kind: frame.kind, more: frame.more, payload: [...frame.memory.subarray(frame.start, frame.end)] });
      consumer.release();
    }
  }
}

/** What `act` threw, as `side reason`. */
function endingOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof RingAborted) return `${error.side} ${error.reason}`;
    throw error;
  }
  return 'no ending';
}

describe('createRing', () => {
  test('rounds up to a power of two', () => {
    for (const [asked, made] of [
      [1, 64],
      [64, 64],
      [65, 128],
      [1000, 1024],
      [1025, 2048],
    ] as const) {
      expect(createRing(asked).byteLength).toBe(CONTROL_BYTES + made);
      expect(new RingProducer(createRing(asked)).capacity).toBe(made);
    }
  });

  test('refuses sizes that no position could tell apart', () => {
    for (const size of [0, -1, Number.NaN, LARGEST_RING_BYTES + 1]) expect(() => createRing(size)).toThrow('a ring of');
  });

  test('makes a ring of 1 GiB', () => {
    const { producer, consumer } = pair(LARGEST_RING_BYTES);
    expect(producer.capacity).toBe(2 ** 30);
    put(producer, 1, bytes(3));
    expect(take(consumer).payload).toEqual([1, 6, 11]);
  });

  test('a buffer that is no ring is refused', () => {
    expect(() => new RingConsumer(new SharedArrayBuffer(1024))).toThrow('not a ring');
  });
});

describe('frames', () => {
  test('come out as they went in, of any length from 0', () => {
    const { producer, consumer } = pair(8192);
    for (let length = 0; length <= 80; length++) put(producer, length, bytes(length));
    for (let length = 0; length <= 80; length++) {
      expect(take(consumer)).toEqual({ kind: length, more: false, payload: [...bytes(length)] });
    }
    expect(consumer.poll()).toBe('empty');
  });

  test('a part of the given bytes is written', () => {
    const { producer, consumer } = pair(4096);
    for (const [start, end] of [
      [2, 7],
      [3, 3],
      [10, 99],
    ] as const) {
      put(producer, 65535, bytes(100), start, end);
      expect(take(consumer)).toEqual({ kind: 65535, more: false, payload: [...bytes(100).subarray(start, end)] });
    }
  });

  test('are one object, over one view', () => {
    const { producer, consumer } = pair(256);
    put(producer, 1, bytes(4));
    put(producer, 2, bytes(4));
    const first = consumer.poll();
    consumer.release();
    expect(consumer.poll()).toBe(first!);
  });

  test('wrong arguments are bugs', () => {
    const { producer } = pair(256);
    for (const kind of [-1, 65536, 1.5]) expect(() => producer.write(kind, NOTHING)).toThrow('a frame of kind');
    for (const [start, end] of [
      [-1, 2],
      [3, 2],
      [0, 5],
    ] as const) {
      expect(() => producer.write(1, bytes(4), start, end)).toThrow('of 4');
    }
    expect(() => producer.tryWrite(1, bytes(249))).toThrow('no single frame');
  });

  test('stay in place while they are held and the producer goes on', () => {
    const { producer, consumer } = pair(128);
    put(producer, 1, bytes(24));
    const frame = consumer.poll();
    if (frame === undefined || frame === 'empty') throw new Error('no frame');
    let written = 0;
    while (producer.tryWrite(2, new Uint8Array(24).fill(0xff))) written++;
    expect(written).toBe(3);
    expect([...frame.memory.subarray(frame.start, frame.end)]).toEqual([...bytes(24)]);
    expect(() => consumer.poll()).toThrow('before its last frame was released');
    consumer.release();
    expect(producer.tryWrite(3, bytes(24))).toBe(true);
  });

  test('releasing twice gives nothing back twice', () => {
    const { producer, consumer } = pair(64);
    put(producer, 1, bytes(24));
    put(producer, 2, bytes(24));
    expect(take(consumer).kind).toBe(1);
    consumer.release();
    expect(take(consumer).kind).toBe(2);
  });

  test('a damaged header is noticed', () => {
    const { ring, producer, consumer } = pair(64);
    put(producer, 1, bytes(8));
    new Int32Array(ring, CONTROL_BYTES)[0] = 4000;
    expect(() => consumer.poll()).toThrow('damaged');
  });
});

describe('room', () => {
  test('tryWrite fills the ring to the last byte, then says no and writes nothing', () => {
    const { producer, consumer } = pair(64);
    expect(producer.tryWrite(1, bytes(56))).toBe(true);
    expect(producer.tryWrite(2, NOTHING)).toBe(false);
    expect(take(consumer).payload).toEqual([...bytes(56)]);
    expect(consumer.poll()).toBe('empty');
  });

  test('a frame that does not fit before the end of the data starts over at its head', () => {
    const { producer, consumer } = pair(64);
    for (let round = 0; round < 50; round++) {
      expect(producer.tryWrite(round, bytes(20))).toBe(true);
      const frame = consumer.poll();
      if (frame === undefined || frame === 'empty') throw new Error('no frame');
      expect(frame.kind).toBe(round);
      expect([...frame.memory.subarray(frame.start, frame.end)]).toEqual([...bytes(20)]);
      consumer.release();
    }
  });

  test('a frame as large as the ring fits at any position', () => {
    const { producer, consumer } = pair(64);
    put(producer, 1, bytes(3));
    expect(take(consumer).kind).toBe(1);
    // The first call skips to the end of the data, which the consumer has to pass first.
    expect(producer.tryWrite(2, bytes(56))).toBe(false);
    expect(consumer.poll()).toBe('empty');
    expect(producer.tryWrite(2, bytes(56))).toBe(true);
    expect(take(consumer)).toEqual({ kind: 2, more: false, payload: [...bytes(56)] });
  });

  test('positions pass 2^31 and 2^32', () => {
    for (const position of [2 ** 31, 2 ** 32]) {
      const ring = createRing(64);
      const control = new Int32Array(ring, 0, CONTROL_BYTES / 4);
      control[WORD.head] = position - 128;
      control[WORD.tail] = position - 128;
      const producer = new RingProducer(ring);
      const consumer = new RingConsumer(ring);
      for (let i = 0; i < 30; i++) {
        put(producer, i, bytes(i));
        expect(take(consumer)).toEqual({ kind: i, more: false, payload: [...bytes(i)] });
        let full = 0;
        while (producer.tryWrite(99, NOTHING)) full++;
        expect(full).toBe(8);
        while (full-- > 0) expect(take(consumer).kind).toBe(99);
      }
      expect(control[WORD.head]! >>> 0).toBe(control[WORD.tail]! >>> 0);
      expect((control[WORD.head]! - (position | 0)) | 0).toBeGreaterThan(0);
    }
  });
});

describe('waiting without blocking', () => {
  test('a payload larger than the ring goes through in pieces', async () => {
    const { producer, consumer } = pair(64);
    const large = bytes(1000);
    const written = producer.writeAsync(7, large).then(() => producer.close());
    const frames = await takeAll(consumer);
    await written;
    expect(frames.flatMap(({ payload }) => payload)).toEqual([...large]);
    expect(frames.map(({ more }) => more)).toEqual(frames.map((_, i) => i < frames.length - 1));
    expect(frames.every(({ kind, payload }) => kind === 7 && payload.length > 0 && payload.length <= 24)).toBe(true);
  });

  test('a payload that just fits is one frame, one byte more is not', async () => {
    for (const [length, count] of [
      [56, 1],
      [57, 3],
    ] as const) {
      const { producer, consumer } = pair(64);
      const written = producer.writeAsync(1, bytes(length)).then(() => producer.close());
      expect(await takeAll(consumer)).toHaveLength(count);
      await written;
    }
  });

  test('wait ends when something is written, at once when it is there already', async () => {
    const { producer, consumer } = pair(64);
    const waiting = consumer.wait();
    expect(consumer.wait()).toBe(waiting);
    put(producer, 1, NOTHING);
    await waiting;
    await consumer.wait();
    expect(take(consumer).kind).toBe(1);
    expect(consumer.poll()).toBe('empty');
  });

  test('nobody is notified where nobody waits, and a sleeper only once', async () => {
    const { producer, consumer } = pair(64);
    const notify = spyOn(Atomics, 'notify');
    try {
      put(producer, 1, NOTHING);
      take(consumer);
      expect(notify).toHaveBeenCalledTimes(0);
      const waiting = consumer.wait();
      put(producer, 2, NOTHING);
      put(producer, 3, NOTHING);
      expect(notify).toHaveBeenCalledTimes(1);
      await waiting;
    } finally {
      notify.mockRestore();
    }
  });

  test('a waiting producer is woken when a quarter of the ring is free, not for every frame', async () => {
    const { ring, producer, consumer } = pair(256);
    const control = new Int32Array(ring, 0, CONTROL_BYTES / 4);
    while (producer.tryWrite(1, NOTHING));
    const written = producer.writeAsync(2, NOTHING);
    for (let released = 1; released <= 8; released++) {
      take(consumer);
      expect(control[WORD.producerWaits]).toBe(released < 8 ? 1 : 0);
    }
    await written;
  });

  test('one write at a time', async () => {
    const { producer, consumer } = pair(64);
    const written = producer.writeAsync(1, bytes(100));
    expect(() => producer.tryWrite(2, NOTHING)).toThrow('in the middle of a write');
    expect(producer.writeAsync(2, NOTHING)).rejects.toThrow('in the middle of a write');
    expect(() => producer.close()).toThrow('in the middle of a write');
    const frames = written.then(() => producer.close());
    expect((await takeAll(consumer)).flatMap(({ payload }) => payload)).toEqual([...bytes(100)]);
    await frames;
  });
});

describe('endings', () => {
  test('close: what is there is read, then the end comes, again and again', async () => {
    const { producer, consumer } = pair(64);
    put(producer, 1, bytes(3));
    producer.close();
    producer.close();
    expect(take(consumer).kind).toBe(1);
    expect(consumer.poll()).toBeUndefined();
    expect(consumer.next()).toBeUndefined();
    await consumer.wait();
    expect(() => producer.write(2, NOTHING)).toThrow('closed ring');
  });

  test('close ends a wait', async () => {
    const { producer, consumer } = pair(64);
    const waiting = consumer.wait();
    producer.close();
    await waiting;
    expect(consumer.poll()).toBeUndefined();
  });

  test('abort of the producer: the consumer throws at once and its held frame stays', async () => {
    const { producer, consumer } = pair(64);
    put(producer, 1, bytes(3));
    put(producer, 2, bytes(3));
    const frame = consumer.poll();
    if (frame === undefined || frame === 'empty') throw new Error('no frame');
    producer.abort();
    expect([...frame.memory.subarray(frame.start, frame.end)]).toEqual([1, 6, 11]);
    consumer.release();
    expect(endingOf(() => consumer.poll())).toBe('producer aborted');
    expect(endingOf(() => consumer.next())).toBe('producer aborted');
    expect(endingOf(() => producer.write(1, NOTHING))).toBe('producer aborted');
    await consumer.wait();
  });

  test('abort of the consumer: the producer throws', () => {
    const { producer, consumer } = pair(64);
    consumer.abort();
    expect(endingOf(() => producer.write(1, NOTHING))).toBe('consumer aborted');
    expect(endingOf(() => producer.tryWrite(1, NOTHING))).toBe('consumer aborted');
    expect(endingOf(() => consumer.poll())).toBe('consumer aborted');
    producer.close();
  });

  test('every abnormal ending ends a waiting write and a wait', async () => {
    for (const [end, says] of [
      ['consumer.abort', 'consumer aborted'],
      ['producer.abort', 'producer aborted'],
      ['dead consumer', 'consumer dead'],
      ['dead producer', 'producer dead'],
    ] as const) {
      const act = ({ ring, producer, consumer }: ReturnType<typeof pair>) => {
        if (end === 'consumer.abort') consumer.abort();
        else if (end === 'producer.abort') producer.abort();
        else markDead(ring, end === 'dead consumer' ? 'consumer' : 'producer');
      };
      const full = pair(64);
      const written = full.producer.writeAsync(1, bytes(100)).then(
        () => 'written',
        (error: unknown) => error,
      );
      act(full);
      const error = await written;
      expect(error instanceof RingAborted && `${error.side} ${error.reason}`).toBe(says);

      const empty = pair(64);
      const waiting = empty.consumer.wait();
      act(empty);
      await waiting;
      expect(endingOf(() => empty.consumer.poll())).toBe(says);
    }
  });

  test('the first ending stands', () => {
    const closed = pair(64);
    put(closed.producer, 1, NOTHING);
    closed.producer.close();
    markDead(closed.ring, 'producer');
    closed.producer.abort();
    expect(take(closed.consumer).kind).toBe(1);
    expect(closed.consumer.poll()).toBeUndefined();

    const dead = pair(64);
    markDead(dead.ring, 'consumer');
    dead.consumer.abort();
    expect(endingOf(() => dead.producer.write(1, NOTHING))).toBe('consumer dead');
  });
});
