/**
 * Where the chunks of a record lie: equal steps, the surplus of the last chunk spread as overlap over all of them.
 *
 * The method defines a list of shifts per record; here its prefix sums are closed forms, so that a record of any length
 * needs no list. Positions are bases, 0-based and half-open. All arithmetic is float64 on integers: exact for lengths up
 * to 2^52, which int32 operators (`|`, `>>`) would cut off at 2^31.
 */

/** The chunks of one record. Chunk `i` is `[start(i), end(i))`; every chunk but the last holds `size` bases. */
export class ChunkPlan {
  /** Number of chunks; 0 for an empty record. */
  readonly count: number;
  /** Overlap of two neighbours, in bases; the first `extra` pairs overlap by one base more. */
  private readonly overlap: number;
  private readonly extra: number;

  /**
   * @param length of the record, in bases
   * @param size of a chunk, in bases, at least 1
   */
  constructor(
    readonly length: number,
    readonly size: number,
  ) {
    if (!Number.isSafeInteger(size) || size < 1) throw new Error(`chunk size ${size} is not a positive integer`);
    if (!Number.isSafeInteger(length) || length < 0) throw new Error(`length ${length} is not a whole number`);
    if (length <= size) {
      // Most reads. One chunk overlaps with none, and divisions of floats would cost more than the search for stops.
      this.count = length > 0 ? 1 : 0;
      this.overlap = 0;
      this.extra = 0;
      return;
    }
    const rest = length % size;
    this.count = (length - rest) / size + (rest > 0 ? 1 : 0);
    const surplus = this.count * size - length;
    this.overlap = Math.floor(surplus / this.count);
    this.extra = surplus - this.overlap * (this.count - 1);
  }

  /** First base of chunk `i`. With more extras than pairs (one long overlap, few chunks) every pair has one. */
  start(i: number): number {
    this.check(i);
    return i * (this.size - this.overlap) - Math.min(i, this.extra);
  }

  /** One past the last base of chunk `i`. */
  end(i: number): number {
    return Math.min(this.length, this.start(i) + this.size);
  }

  private check(i: number): void {
    if (!(i >= 0 && i < this.count)) throw new Error(`chunk ${i} of ${this.count}`);
  }
}
