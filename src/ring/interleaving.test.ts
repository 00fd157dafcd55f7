/**
 * One side acts at each step of the other one: before each of its operations on the control words, until it sleeps. Two
 * threads meet at these points too seldom for a test, so one thread plays both. A lost wake-up is a promise that stays
 * pending, and the test runs out of time.
 */

import { expect, test } from 'bun:test';
import { RingConsumer } from './consumer.ts';
import { createRing } from './layout.ts';
import { markDead } from './mark-dead.ts';
import { RingProducer } from './producer.ts';
import { RingAborted } from './ring-error.ts';

const OPERATIONS = ['load', 'store', 'compareExchange', 'notify', 'waitAsync'] as const;

/** Calls `work` and, just before its operation number `step` on control words, `act`. */
function interrupt<T>(step: number, act: () => void, work: () => T): { result: T; acted: boolean } {
  const originals = OPERATIONS.map((name) => [name, Atomics[name]] as const);
  const replace = (name: string, value: unknown) => Object.defineProperty(Atomics, name, { value });
  let steps = 0;
  for (const [name, original] of originals) {
    replace(name, (...args: unknown[]): unknown => {
      if (steps++ === step) act();
      return Reflect.apply(original, Atomics, args);
    });
  }
  try {
    const result = work();
    return { result, acted: steps > step };
  } finally {
    for (const [name, original] of originals) replace(name, original);
  }
}

class Pair {
  readonly ring = createRing(64);
  readonly producer = new RingProducer(this.ring);
  readonly consumer = new RingConsumer(this.ring);
}

async function endingOf(work: Promise<string>): Promise<string> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof RingAborted) return `${error.side} ${error.reason}`;
    throw error;
  }
}

/** Waits for the next frame or the end. */
async function meet({ consumer }: Pair): Promise<string> {
  for (;;) {
    const frame = consumer.poll();
    if (frame === undefined) return 'end';
    if (frame !== 'empty') {
      consumer.release();
      return `frame ${frame.kind}`;
    }
    await consumer.wait();
  }
}

async function write({ producer }: Pair, kind: number, length: number): Promise<string> {
  await producer.writeAsync(kind, new Uint8Array(length));
  return 'written';
}

/** Takes what is there. */
function drain({ consumer }: Pair): void {
  for (let frame = consumer.poll(); frame !== 'empty' && frame !== undefined; frame = consumer.poll()) {
    consumer.release();
  }
}

/** Lets `act` come at every step of `work`, and once behind it; `work` must come to `expected` each time. */
async function atEveryStep(
  prepare: () => Pair,
  work: (pair: Pair) => Promise<string>,
  act: (pair: Pair) => void,
  expected: string,
): Promise<void> {
  for (let step = 0, acted = true; acted; step++) {
    const pair = prepare();
    const run = interrupt(
      step,
      () => act(pair),
      () => endingOf(work(pair)),
    );
    acted = run.acted;
    if (!acted) {
      expect(step).toBeGreaterThan(5);
      act(pair);
    }
    expect(await run.result).toBe(expected);
  }
}

function full(): Pair {
  const pair = new Pair();
  if (!pair.producer.tryWrite(1, new Uint8Array(40))) throw new Error('no room');
  return pair;
}

const produced: [string, (pair: Pair) => void, string][] = [
  ['writes', ({ producer }) => void producer.tryWrite(5, new Uint8Array(0)), 'frame 5'],
  ['closes', ({ producer }) => producer.close(), 'end'],
  ['aborts', ({ producer }) => producer.abort(), 'producer aborted'],
  ['is marked dead', ({ ring }) => markDead(ring, 'producer'), 'producer dead'],
];
test.each(produced)('while the consumer comes to wait, the producer %s', (_, act, expected) =>
  atEveryStep(() => new Pair(), meet, act, expected),
);

test('while the consumer comes to wait, the producer writes and closes: the frame is not lost', () =>
  atEveryStep(
    () => new Pair(),
    meet,
    ({ producer }) => {
      producer.tryWrite(5, new Uint8Array(0));
      producer.close();
    },
    'frame 5',
  ));

const consumed: [string, (pair: Pair) => void, string][] = [
  ['takes what is there', drain, 'written'],
  ['aborts', ({ consumer }) => consumer.abort(), 'consumer aborted'],
  ['is marked dead', ({ ring }) => markDead(ring, 'consumer'), 'consumer dead'],
];
test.each(consumed)('while the producer comes to wait, the consumer %s', (_, act, expected) =>
  atEveryStep(full, (pair) => write(pair, 2, 16), act, expected),
);

test('while the producer writes, the consumer comes to wait', async () => {
  for (let step = 0, acted = true; acted; step++) {
    const pair = new Pair();
    const met: Promise<string>[] = [];
    const run = interrupt(
      step,
      () => met.push(meet(pair)),
      () => pair.producer.tryWrite(5, new Uint8Array(0)),
    );
    acted = run.acted;
    if (acted) expect(await met[0]!).toBe('frame 5');
    else expect(step).toBeGreaterThan(2);
  }
});

test('while the consumer releases, the producer comes to wait', async () => {
  for (let step = 0, acted = true; acted; step++) {
    const pair = full();
    pair.consumer.poll();
    const written: Promise<string>[] = [];
    const run = interrupt(
      step,
      () => written.push(write(pair, 2, 16)),
      () => pair.consumer.release(),
    );
    acted = run.acted;
    if (acted) expect(await written[0]!).toBe('written');
    else expect(step).toBeGreaterThan(1);
  }
});

test('a wake-up meant for a sleep that is over does no harm', async () => {
  const pair = new Pair();
  const first = pair.consumer.wait();
  const met: Promise<string>[] = [];
  // The producer has seen the waiting word set and is about to clear it; the consumer wakes, reads, and sleeps again.
  const late = interrupt(
    4,
    () => {
      drain(pair);
      met.push(meet(pair));
    },
    () => pair.producer.tryWrite(5, new Uint8Array(0)),
  );
  expect(late.acted).toBe(true);
  await first;
  expect(pair.producer.tryWrite(6, new Uint8Array(0))).toBe(true);
  expect(await met[0]!).toBe('frame 6');
});
