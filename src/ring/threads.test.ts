/** A ring between two threads: ten million frames, and every ending while the other side sleeps. */

import { afterEach, describe, expect, test } from 'bun:test';
import { Tally } from '../../test/helpers/ring-frames.ts';
import type { RingAnswer, RingTask } from '../../test/helpers/ring-worker.ts';
import { RingConsumer } from './consumer.ts';
import { CONTROL_BYTES, createRing, WORD } from './layout.ts';
import { markDead } from './mark-dead.ts';
import { RingProducer } from './producer.ts';
import { RingAborted } from './ring-error.ts';

const workers: Worker[] = [];
afterEach(() => {
  for (const worker of workers.splice(0)) worker.terminate();
});

/** Starts the other thread; `up` and `answer` are its messages, `gone` its end. */
function start(task: RingTask) {
  const worker = new Worker(new URL('../../test/helpers/ring-worker.ts', import.meta.url));
  workers.push(worker);
  const up = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<RingAnswer>();
  const gone = Promise.withResolvers<void>();
  worker.onmessage = ({ data }: MessageEvent<RingAnswer>) => (data.kind === 'up' ? up.resolve() : answer.resolve(data));
  worker.onerror = ({ message }) => answer.reject(new Error(message));
  worker.addEventListener('close', () => gone.resolve());
  worker.postMessage(task);
  return { worker, up: up.promise, answer: answer.promise, gone: gone.promise };
}

/** Fulfilled when the other side sleeps (or is one step from it); yields to the event loop meanwhile. */
async function asleep(ring: SharedArrayBuffer, word: number): Promise<void> {
  const control = new Int32Array(ring, 0, CONTROL_BYTES / 4);
  while (Atomics.load(control, word) === 0) await new Promise((done) => setImmediate(done));
}

async function drain(consumer: RingConsumer, tally: Tally): Promise<void> {
  for (;;) {
    const frame = consumer.poll();
    if (frame === undefined) return;
    if (frame === 'empty') {
      await consumer.wait();
      continue;
    }
    tally.add(frame.kind, frame.memory, frame.start, frame.end);
    consumer.release();
  }
}

async function abortedBy(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof RingAborted) return `${error.side} ${error.reason}`;
    throw error;
  }
  return 'no ending';
}

describe('ten million frames of 0 to 64 bytes', () => {
  test('arrive in order, whole, and in the number that was sent', async () => {
    const ring = createRing(1 << 16);
    const frames = 10_000_000;
    const producer = start({ do: 'produce', ring, frames, longest: 64, seed: 4 });
    const tally = new Tally();
    await drain(new RingConsumer(ring), tally);
    expect(tally.frames).toBe(frames);
    expect(await producer.answer).toEqual({
      kind: 'done',
      frames,
      bytes: tally.bytes,
      checksum: tally.checksum,
    });
  }, 120_000);
});

describe('between Workers that block', () => {
  test('frames of any size pass two rings and two threads', async () => {
    for (const [capacity, longest] of [
      [64, 300],
      [4096, 5000],
      [1 << 16, 1000],
    ] as const) {
      const there = createRing(capacity);
      const back = createRing(capacity * 2);
      const echo = start({ do: 'echo', ring: there, back });
      const producer = start({ do: 'produce', ring: there, frames: 3000, longest, seed: capacity });
      const consumer = start({ do: 'consume', ring: back });
      const [sent, received] = await Promise.all([producer.answer, consumer.answer]);
      await echo.answer;
      if (sent.kind !== 'done' || received.kind !== 'done') throw new Error('a thread gave up');
      expect(received.bytes).toBe(sent.bytes);
      if (longest + 8 <= capacity) expect(received).toEqual(sent);
    }
  });

  test('main may read with next(), blocking', async () => {
    const ring = createRing(256);
    const producer = start({ do: 'produce', ring, frames: 20_000, longest: 64, seed: 1 });
    await producer.up;
    const consumer = new RingConsumer(ring);
    const tally = new Tally();
    for (let frame = consumer.next(); frame !== undefined; frame = consumer.next()) {
      tally.add(frame.kind, frame.memory, frame.start, frame.end);
      consumer.release();
    }
    expect(await producer.answer).toMatchObject({ frames: 20_000, checksum: tally.checksum });
  });

  test('main writes without blocking to a consumer that blocks', async () => {
    const ring = createRing(256);
    const consumer = start({ do: 'consume', ring });
    const producer = new RingProducer(ring);
    const tally = new Tally();
    const bytes = Uint8Array.from({ length: 200 }, (_, i) => i);
    for (let i = 0; i < 5000; i++) {
      const length = (i * 37) % 201;
      tally.add(i & 7, bytes, 0, length);
      if (!producer.tryWrite(i & 7, bytes, 0, length)) await producer.writeAsync(i & 7, bytes, 0, length);
    }
    producer.close();
    expect(await consumer.answer).toMatchObject({ kind: 'done', frames: 5000, checksum: tally.checksum });
  });
});

describe('endings', () => {
  test('close wakes a sleeping consumer, which answers with what was sent', async () => {
    const ring = createRing(64);
    const consumer = start({ do: 'consume', ring });
    await asleep(ring, WORD.consumerWaits);
    new RingProducer(ring).close();
    expect(await consumer.answer).toMatchObject({ kind: 'done', frames: 0 });
  });

  test('abort of the producer wakes a sleeping consumer', async () => {
    const ring = createRing(64);
    const consumer = start({ do: 'consume', ring });
    await asleep(ring, WORD.consumerWaits);
    new RingProducer(ring).abort();
    expect(await consumer.answer).toEqual({ kind: 'aborted', side: 'producer', reason: 'aborted' });
  });

  test('abort of the consumer wakes a sleeping producer', async () => {
    const ring = createRing(64);
    const producer = start({ do: 'flood', ring, bytes: 1000 });
    await asleep(ring, WORD.producerWaits);
    new RingConsumer(ring).abort();
    expect(await producer.answer).toEqual({ kind: 'aborted', side: 'consumer', reason: 'aborted' });
  });

  test('a Worker that aborts as producer ends the wait of main', async () => {
    const ring = createRing(64);
    start({ do: 'give-up', ring, frames: 0 });
    expect(await abortedBy(drain(new RingConsumer(ring), new Tally()))).toBe('producer aborted');
  });

  test('a Worker that aborts as consumer ends the write of main', async () => {
    const ring = createRing(64);
    start({ do: 'refuse', ring });
    expect(await abortedBy(new RingProducer(ring).writeAsync(1, new Uint8Array(1000)))).toBe('consumer aborted');
  });

  test('a producer that is terminated in the middle of its work, while the consumer waits', async () => {
    for (let round = 0; round < 5; round++) {
      const ring = createRing(1 << 12);
      const producer = start({ do: 'flood', ring, bytes: 100 });
      const tally = new Tally();
      const drained = abortedBy(drain(new RingConsumer(ring), tally));
      await producer.up;
      producer.worker.terminate();
      await producer.gone;
      markDead(ring, 'producer');
      expect(await drained).toBe('producer dead');
    }
  });

  test('a producer that is terminated in its sleep', async () => {
    const ring = createRing(64);
    const producer = start({ do: 'flood', ring, bytes: 20 });
    await asleep(ring, WORD.producerWaits);
    producer.worker.terminate();
    await producer.gone;
    markDead(ring, 'producer');
    expect(() => new RingConsumer(ring).poll()).toThrow("the ring's producer died");
  });

  test('a consumer that is terminated in the middle of its work, while the producer waits', async () => {
    for (let round = 0; round < 5; round++) {
      const ring = createRing(1 << 12);
      const consumer = start({ do: 'consume', ring });
      const producer = new RingProducer(ring);
      const flood = async () => {
        for (;;) await producer.writeAsync(1, new Uint8Array(3000));
      };
      const flooded = abortedBy(flood());
      await consumer.up;
      consumer.worker.terminate();
      await consumer.gone;
      markDead(ring, 'consumer');
      expect(await flooded).toBe('consumer dead');
    }
  });

  test('two Workers: one dies, the other one is told', async () => {
    const ring = createRing(64);
    const producer = start({ do: 'flood', ring, bytes: 1000 });
    await asleep(ring, WORD.producerWaits);
    markDead(ring, 'consumer');
    expect(await producer.answer).toEqual({ kind: 'aborted', side: 'consumer', reason: 'dead' });

    const other = createRing(64);
    const consumer = start({ do: 'consume', ring: other });
    await asleep(other, WORD.consumerWaits);
    markDead(other, 'producer');
    expect(await consumer.answer).toEqual({ kind: 'aborted', side: 'producer', reason: 'dead' });
  });
});
