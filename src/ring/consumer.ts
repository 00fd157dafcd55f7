/** The reading side of a ring; one per ring. The protocol is at the head of layout.ts. */

import { frameBytes, HEADER_BYTES, KIND_MASK, MORE_BIT, ringViews, SKIP_BIT, STATE, WORD } from './layout.ts';
import { throwIfAborted } from './ring-error.ts';
import { sleep, sleepAsync, wake, wakeAll } from './waiting.ts';

/** A frame where it lies in the ring: `memory[start, end)`. One object per consumer, valid until `release`. */
export interface RingFrame {
  /** As it was written, 0 to 65535. */
  readonly kind: number;
  /** The payload goes on in the next frame. */
  readonly more: boolean;
  /** All data of the ring, uint8 [capacity]; always the same view. */
  readonly memory: Uint8Array;
  readonly start: number;
  readonly end: number;
}

export class RingConsumer {
  readonly #control: Int32Array;
  readonly #headers: Int32Array;
  readonly #mask: number;
  /** The producer's head when it was last looked at. */
  #head: number;
  #tail: number;
  /** Bytes of the frame handed out, header included; 0: none is. */
  #held = 0;
  #waiting: Promise<void> | undefined;
  readonly #frame: { kind: number; more: boolean; readonly memory: Uint8Array; start: number; end: number };
  readonly #somethingIsThere = () => !this.#isEmpty() || this.#isOver();

  constructor(memory: SharedArrayBuffer) {
    const { control, data, headers } = ringViews(memory);
    this.#control = control;
    this.#headers = headers;
    this.#mask = data.length - 1;
    this.#head = Atomics.load(control, WORD.head);
    this.#tail = Atomics.load(control, WORD.tail);
    this.#frame = { kind: 0, more: false, memory: data, start: 0, end: 0 };
  }

  /** Bytes of data the ring holds, headers included. */
  get capacity(): number {
    return this.#mask + 1;
  }

  /**
   * The next frame if it is there already; `undefined` at the end: the producer closed the ring and all is read. The frame
   * before must have been released.
   *
   * @throws RingAborted when the producer aborted or died
   */
  poll(): RingFrame | 'empty' | undefined {
    if (this.#held !== 0) throw new Error('a ring was read before its last frame was released');
    for (;;) {
      // Before head: a closed ring has its last head.
      const state = Atomics.load(this.#control, WORD.producerState);
      throwIfAborted('producer', state);
      throwIfAborted('consumer', Atomics.load(this.#control, WORD.consumerState));
      if (this.#isEmpty()) return state === STATE.closed ? undefined : 'empty';
      const at = this.#tail & this.#mask;
      const length = this.#headers[at >> 2]!;
      const tag = this.#headers[(at >> 2) + 1]!;
      const size = frameBytes(length);
      if (length < 0 || size > ((this.#head - this.#tail) | 0)) throw new Error('a ring holds a damaged frame');
      this.#held = size;
      if ((tag & SKIP_BIT) !== 0) {
        this.release();
        continue;
      }
      const frame = this.#frame;
      frame.kind = tag & KIND_MASK;
      frame.more = (tag & MORE_BIT) !== 0;
      frame.start = at + HEADER_BYTES;
      frame.end = at + HEADER_BYTES + length;
      return frame;
    }
  }

  /** As `poll`, but blocks the thread until there is a frame or the end. */
  next(): RingFrame | undefined {
    for (;;) {
      const found = this.poll();
      if (found !== 'empty') return found;
      sleep(this.#control, WORD.consumerWaits, this.#somethingIsThere);
    }
  }

  /**
   * For a thread that must not block: fulfilled when `poll` is worth another call, which may still find the ring empty.
   * Never rejected. Calls while one is waiting get the same promise. It keeps the process alive: end every ring.
   */
  wait(): Promise<void> {
    if (this.#waiting !== undefined) return this.#waiting;
    const woken = sleepAsync(this.#control, WORD.consumerWaits, this.#somethingIsThere);
    if (woken === undefined) return Promise.resolve();
    this.#waiting = woken.then(() => {
      this.#waiting = undefined;
    });
    return this.#waiting;
  }

  /** Gives the frame's bytes back to the producer, which may overwrite them from now on. Without a frame: nothing. */
  release(): void {
    if (this.#held === 0) return;
    this.#tail = (this.#tail + this.#held) | 0;
    this.#held = 0;
    Atomics.store(this.#control, WORD.tail, this.#tail);
    if (Atomics.load(this.#control, WORD.producerWaits) === 0) return;
    // The order matters: the words below are those of the sleep that was just seen, or of a later one that saw this tail.
    const wanted = Atomics.load(this.#control, WORD.wanted);
    const used = (Atomics.load(this.#control, WORD.head) - this.#tail) | 0;
    if (this.capacity - used >= wanted) wake(this.#control, WORD.producerWaits);
  }

  /** Ends the ring at once: the producer's next call throws, also the one it sleeps in. */
  abort(): void {
    Atomics.compareExchange(this.#control, WORD.consumerState, STATE.open, STATE.aborted);
    wakeAll(this.#control);
  }

  #isEmpty(): boolean {
    if (this.#head !== this.#tail) return false;
    this.#head = Atomics.load(this.#control, WORD.head);
    return this.#head === this.#tail;
  }

  #isOver(): boolean {
    return (
      Atomics.load(this.#control, WORD.producerState) !== STATE.open ||
      Atomics.load(this.#control, WORD.consumerState) !== STATE.open
    );
  }
}
