/**
 * Which ids were seen, by 64-bit hash: 8 bytes for each, in tables that are at most two thirds full.
 *
 * Two different ids share a hash with a probability of n^2 / 2^65 for n ids: 1 in 75,000 for 22 million. The set is cut
 * into parts that grow one at a time, so growing never needs twice the memory.
 */

const PARTS = 64;
const FIRST_SLOTS = 256;

interface Part {
  /** Pairs of 32 bits, low then high; 0 0 is a free slot. */
  slots: Uint32Array;
  used: number;
}

export class IdSet {
  readonly #parts: Part[] = Array.from({ length: PARTS }, () => ({
    slots: new Uint32Array(2 * FIRST_SLOTS),
    used: 0,
  }));
  #size = 0;

  /** Different ids held. */
  get size(): number {
    return this.#size;
  }

  /**
   * @param low low 32 bits of the id's hash
   * @param high its high 32 bits
   * @returns whether it is new
   */
  add(low: number, high: number): boolean {
    const part = this.#parts[high >>> 26]!;
    // All zero marks a free slot: that one hash in 2^64 is taken for its neighbour.
    if (!insert(part.slots, low === 0 && high === 0 ? 1 : low >>> 0, high >>> 0)) return false;
    part.used += 1;
    this.#size += 1;
    if (3 * part.used > part.slots.length) grow(part);
    return true;
  }
}

/** @returns false when it is there already */
function insert(slots: Uint32Array, low: number, high: number): boolean {
  const mask = slots.length / 2 - 1;
  for (let i = low & mask; ; i = (i + 1) & mask) {
    const there = slots[2 * i]!;
    const thereHigh = slots[2 * i + 1]!;
    if (there === low && thereHigh === high) return false;
    if (there !== 0 || thereHigh !== 0) continue;
    slots[2 * i] = low;
    slots[2 * i + 1] = high;
    return true;
  }
}

function grow(part: Part): void {
  const larger = new Uint32Array(2 * part.slots.length);
  for (let i = 0; i < part.slots.length; i += 2) {
    const low = part.slots[i]!;
    const high = part.slots[i + 1]!;
    if (low !== 0 || high !== 0) insert(larger, low, high);
  }
  part.slots = larger;
}

/** The 64-bit hash of an id as `add` takes it: `[low, high]`, valid until the next call. */
export class IdHasher {
  readonly #hash = new BigUint64Array(1);
  readonly words = new Uint32Array(this.#hash.buffer);

  hash(id: string | Uint8Array): Uint32Array {
    this.#hash[0] = BigInt(Bun.hash.wyhash(id));
    return this.words;
  }
}
