/** What holds for a ring of any capacity, whatever is sent, in whatever order and at whatever speed the two sides work. */

import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { RingConsumer } from '../../src/ring/consumer.ts';
import { CONTROL_BYTES, createRing, WORD } from '../../src/ring/layout.ts';
import { RingProducer } from '../../src/ring/producer.ts';
import { Tally } from '../helpers/ring-frames.ts';
import type { RingAnswer, RingTask } from '../helpers/ring-worker.ts';

interface Payload {
  kind: number;
  bytes: Uint8Array;
}

/** Takes frames, puts the pieces of large payloads together, and watches the frame it holds. */
class Receiver {
  readonly payloads: Payload[] = [];
  #pieces: Uint8Array[] = [];
  #held: { inRing: Uint8Array; copy: Uint8Array } | undefined;

  constructor(readonly consumer: RingConsumer) {}

  /** Takes one frame, if there is one, and holds it until `release`. */
  take(): 'frame' | 'empty' | 'end' {
    this.release();
    const frame = this.consumer.poll();
    if (frame === undefined) return 'end';
    if (frame === 'empty') return 'empty';
    const inRing = frame.memory.subarray(frame.start, frame.end);
    this.#held = { inRing, copy: inRing.slice() };
    this.#pieces.push(this.#held.copy);
    if (!frame.more) {
      const bytes = new Uint8Array(Buffer.concat(this.#pieces));
      // What fits into the ring is not cut.
      if (bytes.length + 8 <= this.consumer.capacity) expect(this.#pieces).toHaveLength(1);
      this.payloads.push({ kind: frame.kind, bytes });
      this.#pieces = [];
    }
    return 'frame';
  }

  release(): void {
    if (this.#held !== undefined) expect(Buffer.compare(this.#held.inRing, this.#held.copy)).toBe(0);
    this.#held = undefined;
    this.consumer.release();
  }
}

/** A ring whose positions begin at `position`. */
function ringAt(capacity: number, position: number): SharedArrayBuffer {
  const ring = createRing(capacity);
  const control = new Int32Array(ring, 0, CONTROL_BYTES / 4);
  control[WORD.head] = position;
  control[WORD.tail] = position;
  return ring;
}

const capacities = fc.integer({ min: 1, max: 600 });
/** Multiples of 8, often just before they wrap. */
const positions = fc
  .oneof(fc.integer(), fc.integer({ min: -1000, max: 0 }), fc.integer({ min: 2 ** 31 - 1000, max: 2 ** 31 - 1 }))
  .map((n) => n & ~7);
const payloads = (maxLength: number) =>
  fc.array(fc.record({ kind: fc.nat(65535), bytes: fc.uint8Array({ maxLength, size: 'max' }) }), {
    maxLength: 40,
    size: 'max',
  });

test('turn by turn: what was written comes out once, in order, and a held frame is never touched', () => {
  fc.assert(
    fc.property(
      capacities,
      positions,
      payloads(90),
      fc.array(fc.constantFrom('write', 'take', 'release'), { minLength: 1, maxLength: 60, size: 'max' }),
      (capacity, position, all, turns) => {
        const ring = ringAt(capacity, position);
        const producer = new RingProducer(ring);
        const receiver = new Receiver(new RingConsumer(ring));
        const sent = all.filter(({ bytes }) => bytes.length + 8 <= producer.capacity);
        let written = 0;
        const write = () => {
          const next = sent[written];
          if (next !== undefined && producer.tryWrite(next.kind, next.bytes)) written++;
        };
        for (const turn of turns) {
          if (turn === 'write') write();
          else if (turn === 'take') receiver.take();
          else receiver.release();
        }
        // Then both in turn: two rounds, a skip and the frame, are enough for each payload that is left.
        for (let rounds = 2 * sent.length + 2; written < sent.length && rounds > 0; rounds--) {
          while (receiver.take() === 'frame');
          write();
        }
        producer.close();
        while (receiver.take() !== 'end');
        expect(receiver.payloads).toEqual(sent);
      },
    ),
    { numRuns: 1500 },
  );
});

test('with waiting: payloads of any size get through, nobody sleeps on', async () => {
  await fc.assert(
    fc.asyncProperty(
      capacities,
      positions,
      payloads(2000),
      fc.array(fc.nat(3), { minLength: 1, maxLength: 10 }),
      fc.array(fc.nat(3), { minLength: 1, maxLength: 10 }),
      async (capacity, position, sent, producerPauses, consumerPauses) => {
        const ring = ringAt(capacity, position);
        const producer = new RingProducer(ring);
        const receiver = new Receiver(new RingConsumer(ring));
        const produce = async () => {
          for (const [i, { kind, bytes }] of sent.entries()) {
            for (let n = producerPauses[i % producerPauses.length]!; n > 0; n--) await Promise.resolve();
            await producer.writeAsync(kind, bytes);
          }
          producer.close();
        };
        const consume = async () => {
          for (let i = 0, said = receiver.take(); said !== 'end'; i++, said = receiver.take()) {
            if (said === 'empty') await receiver.consumer.wait();
            for (let n = consumerPauses[i % consumerPauses.length]!; n > 0; n--) await Promise.resolve();
          }
        };
        await Promise.all([produce(), consume()]);
        expect(receiver.payloads).toEqual(sent);
      },
    ),
    { numRuns: 300 },
  );
});

test('between threads: random capacities, lengths and speeds', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 5000 }),
      fc.integer({ min: 0, max: 6000 }),
      fc.integer({ min: 0, max: 1500 }),
      fc.integer(),
      fc.array(fc.nat(5000), { minLength: 1, maxLength: 20 }),
      async (capacity, longest, frames, seed, pauses) => {
        const ring = createRing(capacity);
        const worker = new Worker(new URL('../helpers/ring-worker.ts', import.meta.url));
        try {
          const answer = Promise.withResolvers<RingAnswer>();
          worker.onmessage = ({ data }: MessageEvent<RingAnswer>) => data.kind !== 'up' && answer.resolve(data);
          worker.onerror = ({ message }) => answer.reject(new Error(message));
          const task: RingTask = { do: 'produce', ring, frames, longest, seed };
          worker.postMessage(task);
          const consumer = new RingConsumer(ring);
          const tally = new Tally();
          let open: Uint8Array[] = [];
          for (let frame = consumer.poll(), i = 0; frame !== undefined; frame = consumer.poll()) {
            if (frame === 'empty') {
              await consumer.wait();
              continue;
            }
            open.push(frame.memory.slice(frame.start, frame.end));
            // Work of varying length, so that now this side waits and now the other one.
            for (let spin = pauses[i++ % pauses.length]!; spin > 0; spin--) Math.imul(spin, spin);
            if (!frame.more) {
              const bytes = Buffer.concat(open);
              tally.add(frame.kind, bytes, 0, bytes.length);
              open = [];
            }
            consumer.release();
          }
          expect(await answer.promise).toEqual({
            kind: 'done',
            frames,
            bytes: tally.bytes,
            checksum: tally.checksum,
          });
        } finally {
          worker.terminate();
        }
      },
    ),
    { numRuns: 25 },
  );
}, 60_000);
