/**
 * Which tokens a text begins with, for alphabets of at most four letters.
 *
 * The next eight letters, two bits each, are looked up in one table; only the few tokens that are longer than eight
 * letters are found by walking a trie. A walk over every letter costs a mispredicted branch per token.
 */

import { spellings } from './well-formed.ts';
import type { Bpe } from './word-encoder.ts';

const NONE = -1;
/** Letters per window. */
const WINDOW = 8;
/** Bits to shift a window by to have its first letter. */
const FIRST_LETTER = 2 * (WINDOW - 1);
/** Numbers per trie node: the child per letter (0: none), then the longest token on the path to the node. */
const NODE = 5;
const TOKEN = NODE - 1;

export class Prefixes {
  /** By token id: its number of letters. */
  readonly length: Uint16Array;
  /** By token id: the longest other token that it begins with, or -1. */
  readonly shorter: Int32Array;
  /** By byte, `[256]`: the letter, 0 to 3. */
  readonly #letter = new Uint8Array(256);
  /** By window: the longest token, or the complement of the trie node at which longer ones go on. */
  readonly #byWindow = new Int32Array(4 ** WINDOW);
  readonly #trie: Int32Array;
  /** By position in the text of `load`: the window that begins there, filled up with letter 0 at the end. */
  #windows = new Uint16Array(0);
  #end = 0;

  static takes(bpe: Bpe): boolean {
    return bpe.letterBytes.length <= 4;
  }

  constructor(bpe: Bpe) {
    this.length = new Uint16Array(bpe.vocabularySize);
    this.shorter = new Int32Array(bpe.vocabularySize).fill(NONE);
    bpe.letterBytes.forEach((byte, letter) => {
      this.#letter[byte] = letter;
    });
    const nodes = [0, 0, 0, 0, NONE];
    // Shorter ones first: a new node inherits the longest token on its path, a window keeps the longest written to it.
    for (const [id, text] of [...spellings(bpe)].sort(([, a], [, b]) => a.length - b.length))
      this.#add(id, text, nodes);
    this.#trie = Int32Array.from(nodes);
  }

  /** Takes a text of letters, `bytes[start..end)`, whose positions count from 0. */
  load(bytes: Uint8Array, start: number, end: number): void {
    const length = end - start;
    if (this.#windows.length < length) this.#windows = new Uint16Array(Math.max(length, 2 * this.#windows.length));
    const windows = this.#windows;
    const letter = this.#letter;
    let window = 0;
    for (let i = length - 1; i >= 0; i--) {
      window = (letter[bytes[start + i]!]! << FIRST_LETTER) | (window >> 2);
      windows[i] = window;
    }
    this.#end = length;
  }

  /** The longest token at a position of the loaded text; there always is one, since every letter is a token. */
  longest(position: number): number {
    let token = this.#byWindow[this.#windows[position]!]!;
    if (token < 0) token = this.#longestFrom(~token, position + WINDOW);
    // Near the end the window is filled up.
    while (position + this.length[token]! > this.#end) token = this.shorter[token]!;
    return token;
  }

  #longestFrom(start: number, position: number): number {
    let node = start;
    for (let i = position; i < this.#end; i++) {
      const child = this.#trie[node + (this.#windows[i]! >> FIRST_LETTER)]!;
      if (child === 0) break;
      node = child;
    }
    return this.#trie[node + TOKEN]!;
  }

  /** @param text letters, 0 to 3 */
  #add(id: number, text: Uint8Array, nodes: number[]): void {
    let node = 0;
    let window = 0;
    for (let i = 0; i < text.length; i++) {
      const letter = text[i]!;
      const slot = node + letter;
      this.shorter[id] = nodes[node + TOKEN]!;
      if (i === WINDOW) this.#byWindow[window] = ~node;
      if (i < WINDOW) window |= letter << (FIRST_LETTER - 2 * i);
      node = nodes[slot]!;
      if (node !== 0) continue;
      node = nodes.length;
      nodes.push(0, 0, 0, 0, this.shorter[id]!);
      nodes[slot] = node;
    }
    nodes[node + TOKEN] = id;
    this.length[id] = text.length;
    if (text.length <= WINDOW) this.#byWindow.fill(id, window, window + 4 ** (WINDOW - text.length));
  }
}
