/**
 * The different sequences of one window, as rows of tokens. A sequence that comes again gets the number of the row that
 * it has already: it is encoded once. Content is compared exactly, not by a hash alone.
 */

const INITIAL_TOKENS = 1 << 16;

/** Writes the tokens of `bytes[start, end)` to `out` from `at` on and returns their number. */
export type Tokenise = (bytes: Uint8Array, start: number, end: number, out: Uint16Array, at: number) => number;

export class RowSet {
  readonly #numbers = new Map<string, number>();
  /** Row i holds `#tokens[#ends[i - 1], #ends[i])`. */
  readonly #ends: number[] = [];
  #tokens = new Uint16Array(INITIAL_TOKENS);

  /**
   * @param tokenise from bytes to token ids
   * @param maxTokens the most tokens a sequence of so many bytes can have
   */
  constructor(
    readonly tokenise: Tokenise,
    readonly maxTokens: (bytes: number) => number,
  ) {}

  /** Number of different rows. */
  get rows(): number {
    return this.#ends.length;
  }

  /** Tokens of all rows, special ones included. */
  get tokens(): number {
    return this.#ends.at(-1) ?? 0;
  }

  /** The row of `bytes[start, end)`, tokenised if it is new. */
  add(bytes: Uint8Array, start: number, end: number): number {
    const content = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
    const known = this.#numbers.get(content);
    if (known !== undefined) return known;
    const number = this.rows;
    const at = this.tokens;
    this.#reserve(at + this.maxTokens(end - start));
    this.#ends.push(at + this.tokenise(bytes, start, end, this.#tokens, at));
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
