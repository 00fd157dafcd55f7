/**
 * The ring: framed bytes from one producer to one consumer, each in its own thread, over one SharedArrayBuffer.
 * This header is the protocol; producer.ts, consumer.ts and mark-dead.ts do what it says.
 *
 * LAYOUT. 512 bytes of control words (int32), then the data: a power of two of bytes, 64 to 2^30. A word that one side
 * writes often has a cache line pair of 128 bytes for itself.
 *
 *   byte    word             written by            meaning
 *   0       magic            createRing            RING_MAGIC
 *   4       capacity         createRing            bytes of data
 *   128     head             producer              position behind the last frame published
 *   256     tail             consumer              position of the first byte that is not released
 *   384     producer state   producer, supervisor  open, closed, aborted or dead
 *   388     consumer state   consumer, supervisor  open, aborted or dead
 *   392     producer waits   both, supervisor      1 while the producer sleeps or is about to
 *   396     consumer waits   both, supervisor      1 while the consumer sleeps or is about to
 *   400     wanted           producer              free bytes a sleeping producer waits for
 *   512     data
 *
 * POSITIONS count bytes modulo 2^32 and start at 0. `head - tail`, as a 32-bit difference, is the number of bytes in use,
 * 0 to capacity; with at most 2^30 of them it is never ambiguous. A position lies at byte `position mod capacity` of the data.
 *
 * FRAMES begin at multiples of 8 and are padded to one:
 *
 *   int32 length    bytes of payload, without padding; 0 is allowed
 *   int32 tag       bits 0-15 kind (the ring does not know its meaning), bit 16 more, bit 17 skip
 *   payload, padding
 *
 * Header and payload lie in one stretch. A frame that does not fit between `head` and the end of the data is preceded by a
 * skip frame, which fills the data to its end; the consumer passes over it unseen. The skip is published by itself, so that
 * a frame of up to the whole capacity finds room: the skip is released first, then the frame starts at byte 0.
 * A payload with `8 + length <= capacity` is one frame. A longer one is cut into frames of at most half the capacity,
 * header included, that all have its kind; all but the last have `more` set.
 *
 * WHO WRITES WHAT. The producer writes data only in [head, tail + capacity) and moves head; the consumer reads only
 * [tail, head) and moves tail, and it does so when it releases a frame, not when it takes one: a frame is handed out as a
 * view of the ring. All control words are read and written with Atomics (sequentially consistent), the data with plain
 * loads and stores. The store of head comes after the bytes of the frame and its load before they are read, the store of tail
 * after the last read and its load before the bytes are overwritten: so neither side sees a half-written byte. Each side
 * keeps the last value it saw of the other's position and loads it anew only when that one does not suffice.
 *
 * WAITING. Each side sleeps on its own waiting word, for whatever reason it waits:
 *
 *   sleeper:  waits := 1;  if what it waits for is there: waits := 0, go on;  else Atomics.wait(waits, 1);  start again
 *   waker:    change head, tail or a state;  if waits = 1: waits := 0, Atomics.notify(waits)
 *
 * No wake-up is lost: all of these are steps in one total order. If the waker reads waits = 1, it notifies. If it reads 0
 * because the sleeper has not set it yet, then the change comes before the sleeper's 1 and so before the sleeper's look, which
 * sees it. If it reads 0 because another waker has just cleared it, that one's notify is still to come, and after it the
 * sleeper looks again. Atomics.wait compares with 1 and queues in one step, so a waker that clears between look and wait makes
 * it return at once. A waker that comes late, for a sleep that is over, makes the next sleep end early: the sleeper looks
 * and sleeps again. A waker that dies between clearing and notifying is made up for by its markDead, which notifies
 * whatever the words say. Nobody spins, and with nobody asleep a publish or a release costs one load.
 *
 * The producer is woken when `wanted` bytes are free: what its frame needs, or a quarter of the ring if that is more, so
 * that a consumer of small frames does not wake it for each. (The consumer judges that after its store of tail, on `wanted`
 * and head, which a producer sets before its waiting word and leaves alone while it sleeps; the producer itself, before it
 * sleeps, looks for the smaller need.) All released means all free, and wanted <= capacity, so it always comes true: but a
 * consumer must never make the release of a frame depend on what the producer does next.
 * The consumer is woken by whatever is published. Nobody wakes it for each small frame of a slow producer but the
 * producer itself, with a system call: pack small records into frames of some KiB.
 *
 * ENDINGS. A state leaves `open` once and never changes again (compare-exchange); the first ending stands.
 *
 *   producer.close()   all published frames are still read, then the consumer gets `undefined`. The consumer loads the
 *                      state before head, so that "closed" is seen with the last head.
 *   producer.abort()   at its next call the consumer throws RingAborted; what was not read yet is void
 *   consumer.abort()   at its next call, also out of its sleep, the producer throws RingAborted
 *   markDead(side)     by the supervisor, when a Worker is gone: as abort() of that side, and RingAborted says `dead`.
 *                      No effect on a side that closed or aborted before.
 *
 * A frame in the consumer's hands stays valid through every ending until it is released; release never throws for an ending.
 */

export const CONTROL_BYTES = 512;
export const HEADER_BYTES = 8;
export const SMALLEST_RING_BYTES = 64;
export const LARGEST_RING_BYTES = 2 ** 30;

export const RING_MAGIC = 0x52494e47;

/** Indices of the control words. */
export const WORD = {
  magic: 0,
  capacity: 1,
  head: 32,
  tail: 64,
  producerState: 96,
  consumerState: 97,
  producerWaits: 98,
  consumerWaits: 99,
  wanted: 100,
} as const;

export const STATE = { open: 0, closed: 1, aborted: 2, dead: 3 } as const;

export const KIND_MASK = 0xffff;
export const MORE_BIT = 1 << 16;
export const SKIP_BIT = 1 << 17;

export type RingSide = 'producer' | 'consumer';

/**
 * Makes an empty ring to hand to both sides.
 *
 * @param bytes of data, frame headers included; rounded up to a power of two of at least 64
 */
export function createRing(bytes: number): SharedArrayBuffer {
  if (!(bytes >= 1 && bytes <= LARGEST_RING_BYTES)) throw new Error(`a ring of ${bytes} bytes`);
  let capacity = SMALLEST_RING_BYTES;
  while (capacity < bytes) capacity *= 2;
  const memory = new SharedArrayBuffer(CONTROL_BYTES + capacity);
  const control = new Int32Array(memory, 0, CONTROL_BYTES / 4);
  control[WORD.magic] = RING_MAGIC;
  control[WORD.capacity] = capacity;
  return memory;
}

/** The parts of a ring, as both sides see them. */
export interface RingViews {
  /** int32 [128] */
  readonly control: Int32Array;
  /** uint8 [capacity] */
  readonly data: Uint8Array;
  /** int32 [capacity / 4], the same bytes: for frame headers. */
  readonly headers: Int32Array;
}

export function ringViews(memory: SharedArrayBuffer): RingViews {
  const control = new Int32Array(memory, 0, CONTROL_BYTES / 4);
  if (control[WORD.magic] !== RING_MAGIC) throw new Error('this buffer is not a ring');
  const capacity = control[WORD.capacity]!;
  return {
    control,
    data: new Uint8Array(memory, CONTROL_BYTES, capacity),
    headers: new Int32Array(memory, CONTROL_BYTES, capacity / 4),
  };
}

/** Bytes a frame takes in the ring. */
export function frameBytes(length: number): number {
  return (HEADER_BYTES + length + 7) & ~7;
}
