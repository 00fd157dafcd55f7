/**
 * The unread bytes of a job, without a gap, in the memory of the kernel.
 *
 * `[at, end)` are addresses. The reader moves `at` on; `more` brings further bytes behind `end`, and to make room it may
 * move what is unread to the front or to a larger region: after it, every address but `at` and `end` is stale, and so is
 * every view of the memory.
 */

import type { ByteSource, InputKernel } from './record.ts';

/** Factor by which the window grows; the kernel takes no memory back, so few steps waste least. */
const GROWTH = 4;

export class ByteWindow {
  /** Address of the first unread byte. */
  at: number;
  /** Address behind the last byte that is here. */
  end: number;
  /** The byte read last; -1 when none was. */
  lastByte = -1;
  private source: ByteSource | undefined;
  private ended = false;
  private start: number;
  /** Bytes of the source before the one at `start`. */
  private passed = 0;

  /** @param capacity bytes, at least 16 */
  constructor(
    private readonly kernel: InputKernel,
    private capacity: number,
  ) {
    this.start = kernel.allocate(capacity);
    this.at = this.start;
    this.end = this.start;
  }

  begin(source: ByteSource): void {
    this.source = source;
    this.ended = false;
    this.lastByte = -1;
    this.passed = 0;
    this.at = this.start;
    this.end = this.start;
  }

  /** Bytes of the source before `at`. */
  get offset(): number {
    return this.passed + (this.at - this.start);
  }

  /** Why the source ended early; asked after `more` gave false. */
  get cut(): string | undefined {
    return this.source?.cut;
  }

  /** The source ended where a record of another job begins; asked after `more` gave false. */
  get partial(): boolean {
    return this.source?.partial ?? false;
  }

  /** Brings at least one byte more; false at the end of the source. */
  more(): boolean {
    if (this.ended || this.source === undefined) return false;
    this.makeRoom();
    const { memory } = this.kernel;
    const taken = this.source.read(memory, this.end, this.start + this.capacity - this.end);
    if (taken === 0) {
      this.ended = true;
      return false;
    }
    this.end += taken;
    this.lastByte = memory[this.end - 1]!;
    return true;
  }

  private makeRoom(): void {
    const unread = this.end - this.at;
    // Moved only when half is used up, or bytes that come one by one would be moved as often as they come.
    if (unread === 0 || this.end - this.start > this.capacity / 2) this.moveTo(this.start);
    if (unread < this.capacity) return;
    this.capacity *= GROWTH;
    this.moveTo(this.kernel.allocate(this.capacity));
  }

  private moveTo(start: number): void {
    this.passed += this.at - this.start;
    if (this.at !== start) this.kernel.memory.copyWithin(start, this.at, this.end);
    this.end = start + (this.end - this.at);
    this.start = start;
    this.at = start;
  }
}
