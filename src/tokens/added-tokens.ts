/** The added tokens of a tokenizer where they stand in a sequence: as they are written, the longest first. */

import type { AddedToken } from './vocabulary.ts';

export class AddedTokens {
  /** By byte, `[256]`: 1 where an added token begins with it, else 0. */
  readonly opens = new Uint8Array(256);
  readonly #tokens: readonly AddedToken[];

  constructor(tokens: readonly AddedToken[]) {
    this.#tokens = tokens;
    for (const { bytes } of tokens) this.opens[bytes[0]!] = 1;
  }

  /** The longest added token that stands at `position` of `bytes[..end)`. */
  at(bytes: Uint8Array, position: number, end: number): AddedToken | undefined {
    if (position >= end || this.opens[bytes[position]!] === 0) return undefined;
    let found: AddedToken | undefined;
    for (const token of this.#tokens) {
      if (token.bytes.length <= (found?.bytes.length ?? 0) || position + token.bytes.length > end) continue;
      if (token.bytes.every((byte, i) => bytes[position + i] === byte)) found = token;
    }
    return found;
  }
}
