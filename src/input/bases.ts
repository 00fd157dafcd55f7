/**
 * The bases of one record, as bytes, in segments of a fixed size.
 *
 * A record of any length costs one byte per base plus at most one segment: nothing is ever doubled or moved. Positions are
 * bases, 0-based and half-open, and may lie beyond 2^32; they are float64 integers, never put through int32 operators.
 */

export const SEGMENT_BYTES = 1 << 20;

/** Segments kept by `clear`, so that short records do not allocate again and again; the rest is given back. */
const SEGMENTS_KEPT = 4;

export class BaseStore {
  private readonly segments: Uint8Array[] = [];
  private held = 0;

  /**
   * @param segmentBytes size of a segment, in bytes
   * @param allocate makes a segment; a test of very long records lets all segments share memory
   */
  constructor(
    private readonly segmentBytes: number = SEGMENT_BYTES,
    private readonly allocate: (bytes: number) => Uint8Array = (bytes) => new Uint8Array(bytes),
  ) {}

  /** Bases held. */
  get length(): number {
    return this.held;
  }

  /** Bytes of memory held, used or not. */
  get capacity(): number {
    return this.segments.length * this.segmentBytes;
  }

  /** Appends `block[start, end)`; the block may be reused afterwards. */
  append(block: Uint8Array, start: number, end: number): void {
    let from = start;
    while (from < end) {
      const within = this.held % this.segmentBytes;
      const index = (this.held - within) / this.segmentBytes;
      if (index === this.segments.length) this.segments.push(this.allocate(this.segmentBytes));
      const to = Math.min(end, from + this.segmentBytes - within);
      this.segments[index]!.set(block.subarray(from, to), within);
      this.held += to - from;
      from = to;
    }
  }

  /** Copies `[start, end)` to `target` from `to` on. */
  copy(start: number, end: number, target: Uint8Array, to = 0): void {
    this.check(start, end);
    let at = start;
    while (at < end) {
      const within = at % this.segmentBytes;
      const take = Math.min(end - at, this.segmentBytes - within);
      // No subarray().set(): a view for each chunk of a chromosome is garbage by the hundred megabytes.
      const segment = this.segments[(at - within) / this.segmentBytes]!;
      Buffer.prototype.copy.call(segment, target, to + at - start, within, within + take);
      at += take;
    }
  }

  /** `[start, end)` without a copy where it lies in one segment, otherwise undefined. Valid until `append` or `clear`. */
  view(start: number, end: number): Uint8Array | undefined {
    this.check(start, end);
    const within = start % this.segmentBytes;
    if (within + (end - start) > this.segmentBytes) return undefined;
    const segment = this.segments[(start - within) / this.segmentBytes];
    return segment === undefined ? new Uint8Array(0) : segment.subarray(within, within + (end - start));
  }

  /** Empties the store and gives back all but a few segments. */
  clear(): void {
    this.held = 0;
    if (this.segments.length > SEGMENTS_KEPT) this.segments.length = SEGMENTS_KEPT;
  }

  private check(start: number, end: number): void {
    if (!(start >= 0 && start <= end && end <= this.held)) {
      throw new Error(`bases [${start}, ${end}) of a record of ${this.held}`);
    }
  }
}
