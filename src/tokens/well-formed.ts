/** What `LongestMatch` needs to know of a merge list before it can rely on it. */

import { MergeByRank } from './merge-by-rank.ts';
import type { Bpe } from './word-encoder.ts';

/** Each merge joins letters or results of earlier merges, and no two merges give the same token. */
export function isWellFormed(bpe: Bpe): boolean {
  const known = new Set<number>(bpe.letterIds);
  const { left, right, merged } = bpe.merges;
  for (let rank = 0; rank < merged.length; rank++) {
    if (!known.has(left[rank]!) || !known.has(right[rank]!) || known.has(merged[rank]!)) return false;
    known.add(merged[rank]!);
  }
  return true;
}

/**
 * The letters (indices into `letterBytes`) of each token that is the BPE of its own text; no other token ever occurs
 * in a result. For a well-formed list.
 */
export function spellings(bpe: Bpe): Map<number, Uint8Array> {
  const { letterBytes, letterIds } = bpe;
  const { left, right, merged } = bpe.merges;
  const texts = new Map<number, Uint8Array>();
  letterIds.forEach((id, letter) => {
    texts.set(id, Uint8Array.of(letter));
  });
  merged.forEach((id, rank) => {
    const first = texts.get(left[rank]!)!;
    const second = texts.get(right[rank]!)!;
    const text = new Uint8Array(first.length + second.length);
    text.set(first);
    text.set(second, first.length);
    texts.set(id, text);
  });
  const byRank = new MergeByRank(bpe);
  for (const [id, text] of texts) {
    const bytes = text.map((letter) => letterBytes[letter]!);
    const out = new Uint16Array(bytes.length);
    if (byRank.encodeWord(bytes, 0, bytes.length, out, 0) !== 1 || out[0] !== id) texts.delete(id);
  }
  return texts;
}
