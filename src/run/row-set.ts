/**
 * The different token rows of one window. A row that comes again gets the number that it has already: it is encoded once.
 * Content is compared exactly, not by a hash alone.
 */

const INITIAL_TOKENS = 1 << 16;

export class RowSet {
  readonly #numbers = new Map<string, number>();
  /** Row i holds `#tokens[#ends[i - 1], #ends[i])`. */
  readonly #ends: number[] = [];
  #tokens = new Uint16Array(INITIAL_TOKENS);

  /** Number of different rows. */
  get rows(): number {
    return this.#ends.length;
  }

  /** Tokens of all rows, special ones included. */
  get tokens(): number {
    return this.#ends.at(-1) ?? 0;
  }

  /** The row that holds `tokens[start, end)`. */
  add(tokens: Uint16Array, start: number, end: number): number {
    const bytes = Buffer.from(tokens.buffer, tokens.byteOffset + 2 * start, 2 * (end - start));
    const content = bytes.toString('latin1');
    const known = this.#numbers.get(content);
    if (known !== undefined) return known;
    const number = this.rows;
    const at = this.tokens;
    this.#reserve(at + end - start);
    this.#tokens.set(tokens.subarray(start, end), at);
    this.#ends.push(at + end - start);
    this.#numbers.set(content, number);
    return number;
  }

  /** Tokens of a row. */
  length(row: number): number {
    return this.#ends[row]! - this.#start(row);
  }

  /** Copies a row's token ids to `target` from `at` on. */
  copy(row: number, target: Int32Array, at: number): void {
    target.set(this.#tokens.subarray(this.#start(row), this.#ends[row]!), at);
  }

  #start(row: number): number {
    return row === 0 ? 0 : this.#ends[row - 1]!;
  }

  #reserve(tokens: number): void {
    if (tokens <= this.#tokens.length) return;
    const larger = new Uint16Array(Math.max(tokens, 2 * this.#tokens.length));
    larger.set(this.#tokens);
    this.#tokens = larger;
  }
}
