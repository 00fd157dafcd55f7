/** The writing side of a ring; one per ring. The protocol is at the head of layout.ts. */

import { frameBytes, HEADER_BYTES, KIND_MASK, MORE_BIT, ringViews, SKIP_BIT, STATE, WORD } from './layout.ts';
import { throwIfAborted } from './ring-error.ts';
import { sleep, sleepAsync, wake, wakeAll } from './waiting.ts';

/** Below this a loop is faster than the call into native code. */
const LOOP_BYTES = 32;

export class RingProducer {
  readonly #control: Int32Array;
  readonly #data: Uint8Array;
  readonly #headers: Int32Array;
  readonly #mask: number;
  #head: number;
  /** The consumer's tail when it was last looked at. */
  #tail: number;
  /** Free bytes that #makeRoom lacked. */
  #needed = 0;
  #writing = false;
  readonly #mayGoOn = () => this.#hasFree(this.#needed) || this.#isOver();

  constructor(memory: SharedArrayBuffer) {
    const { control, data, headers } = ringViews(memory);
    this.#control = control;
    this.#data = data;
    this.#headers = headers;
    this.#mask = data.length - 1;
    this.#head = Atomics.load(control, WORD.head);
    this.#tail = Atomics.load(control, WORD.tail);
  }

  /** Bytes of data the ring holds, headers included. */
  get capacity(): number {
    return this.#mask + 1;
  }

  /**
   * Copies `bytes[start, end)` into the ring; blocks the thread while it is full.
   *
   * @param kind 0 to 65535, handed on as it is
   * @throws RingAborted when the consumer aborted or died
   */
  write(kind: number, bytes: Uint8Array, start = 0, end = bytes.length): void {
    this.#check(kind, bytes, start, end);
    let from = start;
    do {
      let length = this.#pieceLength(end - start, end - from);
      while (!this.#makeRoom(frameBytes(length))) {
        this.#announce();
        sleep(this.#control, WORD.producerWaits, this.#mayGoOn);
        this.#throwIfOver();
        length = this.#pieceLength(end - start, end - from);
      }
      this.#put(kind, bytes, from, from + length, end);
      from += length;
    } while (from < end);
  }

  /**
   * As `write`, for a thread that must not block. `bytes` must stay as they are until the promise is fulfilled, and nothing
   * else may be written before.
   */
  async writeAsync(kind: number, bytes: Uint8Array, start = 0, end = bytes.length): Promise<void> {
    this.#check(kind, bytes, start, end);
    this.#writing = true;
    try {
      let from = start;
      do {
        let length = this.#pieceLength(end - start, end - from);
        while (!this.#makeRoom(frameBytes(length))) {
          this.#announce();
          await sleepAsync(this.#control, WORD.producerWaits, this.#mayGoOn);
          this.#throwIfOver();
          length = this.#pieceLength(end - start, end - from);
        }
        this.#put(kind, bytes, from, from + length, end);
        from += length;
      } while (from < end);
    } finally {
      this.#writing = false;
    }
  }

  /**
   * Writes when there is room now; false, and nothing written, when there is not. Only for a payload that is one frame:
   * `8 + length <= capacity`.
   */
  tryWrite(kind: number, bytes: Uint8Array, start = 0, end = bytes.length): boolean {
    this.#check(kind, bytes, start, end);
    const size = frameBytes(end - start);
    if (size > this.capacity) throw new Error(`${end - start} bytes are no single frame in a ring of ${this.capacity}`);
    if (!this.#makeRoom(size)) return false;
    this.#put(kind, bytes, start, end, end);
    return true;
  }

  /** Ends the ring in good order: the consumer reads what is there, then sees the end. */
  close(): void {
    if (this.#writing) throw new Error('a ring was closed in the middle of a write');
    Atomics.compareExchange(this.#control, WORD.producerState, STATE.open, STATE.closed);
    wake(this.#control, WORD.consumerWaits);
  }

  /** Ends the ring at once: the consumer's next call throws, and so does a writeAsync that waits. */
  abort(): void {
    Atomics.compareExchange(this.#control, WORD.producerState, STATE.open, STATE.aborted);
    wakeAll(this.#control);
  }

  #check(kind: number, bytes: Uint8Array, start: number, end: number): void {
    if (this.#writing) throw new Error('a ring was written to in the middle of a write');
    if ((kind & KIND_MASK) !== kind) throw new Error(`a frame of kind ${kind}`);
    if (!(start >= 0 && start <= end && end <= bytes.length)) {
      throw new Error(`bytes [${start}, ${end}) of ${bytes.length}`);
    }
    this.#throwIfOver();
  }

  #throwIfOver(): void {
    const own = Atomics.load(this.#control, WORD.producerState);
    if (own === STATE.closed) throw new Error('a closed ring was written to');
    throwIfAborted('producer', own);
    throwIfAborted('consumer', Atomics.load(this.#control, WORD.consumerState));
  }

  #isOver(): boolean {
    return (
      Atomics.load(this.#control, WORD.producerState) !== STATE.open ||
      Atomics.load(this.#control, WORD.consumerState) !== STATE.open
    );
  }

  /** Bytes of the next frame when `rest` of a payload's `total` bytes are to be written. */
  #pieceLength(total: number, rest: number): number {
    if (frameBytes(total) <= this.capacity) return total;
    const half = this.capacity / 2 - HEADER_BYTES;
    const toEnd = this.capacity - (this.#head & this.#mask) - HEADER_BYTES;
    return Math.min(rest, half, toEnd === 0 ? half : toEnd);
  }

  #hasFree(bytes: number): boolean {
    if (this.capacity - ((this.#head - this.#tail) | 0) >= bytes) return true;
    this.#tail = Atomics.load(this.#control, WORD.tail);
    return this.capacity - ((this.#head - this.#tail) | 0) >= bytes;
  }

  /** Whether a frame of `size` bytes can be put at head now; skips to the start of the data for it where needed. */
  #makeRoom(size: number): boolean {
    const at = this.#head & this.#mask;
    const toEnd = this.capacity - at;
    if (size > toEnd) {
      this.#needed = toEnd;
      if (!this.#hasFree(toEnd)) return false;
      this.#headers[at >> 2] = toEnd - HEADER_BYTES;
      this.#headers[(at >> 2) + 1] = SKIP_BIT;
      this.#publish(toEnd);
    }
    this.#needed = size;
    return this.#hasFree(size);
  }

  /** Tells the consumer how much must be free before it is worth waking this side. */
  #announce(): void {
    Atomics.store(this.#control, WORD.wanted, Math.max(this.#needed, this.capacity / 4));
  }

  /** Writes `bytes[start, end)` of a payload that goes on to `payloadEnd`; there is room. */
  #put(kind: number, bytes: Uint8Array, start: number, end: number, payloadEnd: number): void {
    const at = this.#head & this.#mask;
    const length = end - start;
    this.#headers[at >> 2] = length;
    this.#headers[(at >> 2) + 1] = end < payloadEnd ? kind | MORE_BIT : kind;
    const to = at + HEADER_BYTES;
    // No subarray().set(): that allocates a view for each frame.
    if (length > LOOP_BYTES) Buffer.prototype.copy.call(bytes, this.#data, to, start, end);
    else for (let i = 0; i < length; i++) this.#data[to + i] = bytes[start + i]!;
    this.#publish(frameBytes(length));
  }

  #publish(size: number): void {
    this.#head = (this.#head + size) | 0;
    Atomics.store(this.#control, WORD.head, this.#head);
    wake(this.#control, WORD.consumerWaits);
  }
}
