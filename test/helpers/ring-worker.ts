/**
 * The other thread of the ring's tests: does what its one message says with its end of a ring, and answers once.
 *
 * It says `up` before it begins, so that a test knows that the thread runs.
 */

import { RingConsumer } from '../../src/ring/consumer.ts';
import { RingProducer } from '../../src/ring/producer.ts';
import { RingAborted } from '../../src/ring/ring-error.ts';
import { fill, Tally } from './ring-frames.ts';

export type RingTask =
  /** Writes `frames` frames as `fill` makes them, then closes. */
  | { do: 'produce'; ring: SharedArrayBuffer; frames: number; longest: number; seed: number }
  /** Reads to the end and answers with the tally. */
  | { do: 'consume'; ring: SharedArrayBuffer }
  /** Writes each frame of one ring to another. */
  | { do: 'echo'; ring: SharedArrayBuffer; back: SharedArrayBuffer }
  /** Writes frames of kind 1 for ever: it can only be ended from outside. */
  | { do: 'flood'; ring: SharedArrayBuffer; bytes: number }
  /** Writes so many frames, then aborts. */
  | { do: 'give-up'; ring: SharedArrayBuffer; frames: number }
  /** Reads one frame, then aborts without releasing it. */
  | { do: 'refuse'; ring: SharedArrayBuffer };

export type RingAnswer =
  | { kind: 'up' }
  | { kind: 'done'; frames: number; bytes: number; checksum: number }
  | { kind: 'aborted'; side: string; reason: string };

declare const self: Worker;

self.onmessage = ({ data }: MessageEvent<RingTask>) => {
  answer({ kind: 'up' });
  const tally = new Tally();
  try {
    work(data, tally);
    answer({ kind: 'done', frames: tally.frames, bytes: tally.bytes, checksum: tally.checksum });
  } catch (error) {
    if (!(error instanceof RingAborted)) throw error;
    answer({ kind: 'aborted', side: error.side, reason: error.reason });
  }
};

function answer(message: RingAnswer): void {
  self.postMessage(message);
}

function work(task: RingTask, tally: Tally): void {
  switch (task.do) {
    case 'produce': {
      const producer = new RingProducer(task.ring);
      const bytes = new Uint8Array(task.longest);
      for (let i = 0; i < task.frames; i++) {
        const length = fill(bytes, i, task.seed);
        tally.add(i & 0xff, bytes, 0, length);
        producer.write(i & 0xff, bytes, 0, length);
      }
      producer.close();
      return;
    }
    case 'consume': {
      const consumer = new RingConsumer(task.ring);
      for (let frame = consumer.next(); frame !== undefined; frame = consumer.next()) {
        tally.add(frame.kind, frame.memory, frame.start, frame.end);
        consumer.release();
      }
      return;
    }
    case 'echo': {
      const consumer = new RingConsumer(task.ring);
      const producer = new RingProducer(task.back);
      for (let frame = consumer.next(); frame !== undefined; frame = consumer.next()) {
        producer.write(frame.kind, frame.memory, frame.start, frame.end);
        consumer.release();
      }
      producer.close();
      return;
    }
    case 'flood': {
      const producer = new RingProducer(task.ring);
      const bytes = new Uint8Array(task.bytes);
      for (;;) producer.write(1, bytes);
    }
    case 'give-up': {
      const producer = new RingProducer(task.ring);
      for (let i = 0; i < task.frames; i++) producer.write(1, Uint8Array.of(i));
      producer.abort();
      return;
    }
    case 'refuse': {
      const consumer = new RingConsumer(task.ring);
      consumer.next();
      consumer.abort();
    }
  }
}
