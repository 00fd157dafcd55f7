/**
 * The bases of the record at hand: in one region of the kernel's memory, where the kernel writes them, or, when they are
 * too many for it, in a `BaseStore`, from which a chunk is copied back when it is asked for.
 */

import { BaseStore } from './bases.ts';
import type { InputKernel } from './record.ts';

/** A chunk of a long record is copied to a place of at least this many bytes. */
const SCRATCH_BYTES = 1 << 16;

export class BaseRegion {
  /** Address of the next base. */
  to: number;
  private readonly start: number;
  private readonly scratch: number;
  private readonly scratchBytes: number;
  private readonly store = new BaseStore();
  private announced = false;

  /**
   * @param capacity bases that lie in the region
   * @param longestChunk bases asked for at once
   * @param long bases of a record that is long
   * @param beforeLong called once for a record, before it becomes longer than that
   */
  constructor(
    private readonly kernel: InputKernel,
    private readonly capacity: number,
    longestChunk: number,
    private readonly long: number,
    private readonly beforeLong: () => void,
  ) {
    this.start = kernel.allocate(capacity);
    this.to = this.start;
    this.scratchBytes = Math.max(SCRATCH_BYTES, longestChunk);
    this.scratch = kernel.allocate(this.scratchBytes);
  }

  /** Bases held. */
  get length(): number {
    return this.store.length + (this.to - this.start);
  }

  /** Bases that may be written at `to`; never 0. */
  get room(): number {
    return this.start + this.capacity - this.to;
  }

  clear(): void {
    this.to = this.start;
    this.announced = false;
    if (this.store.length > 0) this.store.clear();
  }

  /** The region was filled up to here. */
  filledTo(to: number): void {
    this.to = to;
    if (to >= this.start + this.capacity) this.spill();
  }

  /** No more bases will come. */
  close(): void {
    if (this.store.length > 0) this.spill();
  }

  /** The record at hand holds, or is known to hold, that many bytes. */
  announce(bytes: number): void {
    if (bytes < this.long || this.announced) return;
    this.announced = true;
    this.beforeLong();
  }

  /** Address of bases `[start, end)`; valid until the next call. */
  locate(start: number, end: number): number {
    if (!(start >= 0 && start <= end && end <= this.length)) {
      throw new Error(`bases [${start}, ${end}) of a record of ${this.length}`);
    }
    if (this.store.length === 0) return this.start + start;
    if (end - start > this.scratchBytes)
      throw new Error(`${end - start} bases at once, of at most ${this.scratchBytes}`);
    this.store.copy(start, end, this.kernel.memory, this.scratch);
    return this.scratch;
  }

  private spill(): void {
    this.announce(this.length);
    this.store.append(this.kernel.memory, this.start, this.to);
    this.to = this.start;
  }
}
