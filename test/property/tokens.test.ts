/**
 * Tokenisation on generated input: the linear-time encoder against the definition of BPE, that one against a plain scan
 * over a list, and the whole tokenizer against `@huggingface/tokenizers`.
 */

import { describe, expect, test } from 'bun:test';
import { Tokenizer } from '@huggingface/tokenizers';
import fc from 'fast-check';
import { LongestMatch } from '../../src/tokens/longest-match.ts';
import { MergeByRank } from '../../src/tokens/merge-by-rank.ts';
import { NucleotideTokenizer } from '../../src/tokens/nucleotide.ts';
import { readTokenizerJson } from '../../src/tokens/tokenizer-json.ts';
import type { Bpe, WordEncoder } from '../../src/tokens/word-encoder.ts';
import { jsonFixture } from '../helpers/fixtures.ts';

const FOLDER = ['dnaberts', 'hf_safetensors'] as const;
const json = await jsonFixture<object>(...FOLDER, 'tokenizer.json');

const LETTERS = 'ACGT';

function encodeWord(encoder: WordEncoder, text: string): number[] {
  const bytes = new TextEncoder().encode(text);
  const out = new Uint16Array(bytes.length);
  return [...out.subarray(0, encoder.encodeWord(bytes, 0, bytes.length, out, 0))];
}

/** BPE as plainly as it can be written: quadratic, over an ordinary list. */
function scan(bpe: Bpe, text: string): number[] {
  const { left, right, merged } = bpe.merges;
  const ids = [...text].map((letter) => bpe.letterIds[bpe.letterBytes.indexOf(letter.charCodeAt(0))]!);
  for (;;) {
    let best = { rank: Number.POSITIVE_INFINITY, at: -1 };
    for (let at = 0; at + 1 < ids.length; at++) {
      const rank = left.findIndex((id, k) => id === ids[at] && right[k] === ids[at + 1]);
      if (rank >= 0 && rank < best.rank) best = { rank, at };
    }
    if (best.at < 0) return ids;
    ids.splice(best.at, 2, merged[best.rank]!);
  }
}

interface Recipe {
  readonly letters: number;
  /** Picks of two tokens each, as fractions of the list of tokens there are at that time. */
  readonly picks: readonly (readonly [number, number])[];
}

/** A BPE whose merges join tokens that exist, at the time of the merge (`ordered`) or somewhere in the list. */
function bpeOf({ letters, picks }: Recipe, ordered: boolean): Bpe {
  const texts = [...LETTERS.slice(0, letters)];
  const pairs: [string, string][] = [];
  for (const [a, b] of picks) {
    const left = texts[Math.floor(a * texts.length)]!;
    const right = texts[Math.floor(b * texts.length)]!;
    const isNewPair = !pairs.some(([x, y]) => x === left && y === right);
    if (left.length + right.length > 12 || !isNewPair || (ordered && texts.includes(left + right))) continue;
    pairs.push([left, right]);
    if (!texts.includes(left + right)) texts.push(left + right);
  }
  // Other orders leave parts that are made after the merge that uses them.
  if (!ordered) pairs.sort(([a, b], [c, d]) => (a + b < c + d ? 1 : -1));
  const id = (text: string) => texts.indexOf(text);
  return {
    vocabularySize: texts.length,
    letterBytes: Uint8Array.from(texts.slice(0, letters), (text) => text.charCodeAt(0)),
    letterIds: Uint16Array.from(texts.slice(0, letters), id),
    merges: {
      left: Uint16Array.from(pairs, ([left]) => id(left)),
      right: Uint16Array.from(pairs, ([, right]) => id(right)),
      merged: Uint16Array.from(pairs, ([left, right]) => id(left + right)),
    },
  };
}

const fraction = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const recipe = fc.record({
  letters: fc.integer({ min: 1, max: 4 }),
  picks: fc.array(fc.tuple(fraction, fraction), { maxLength: 40, size: 'max' }),
});

/** Pieces repeated a few times, joined: the runs and repeats on which greedy choices go wrong. */
function word(letters: number, pieces: number, times: number) {
  const letter = fc.constantFrom(...LETTERS.slice(0, letters));
  const piece = fc.tuple(fc.string({ unit: letter, minLength: 1, maxLength: 8 }), fc.integer({ min: 1, max: times }));
  return fc
    .array(piece, { minLength: 1, maxLength: pieces, size: 'max' })
    .map((parts) => parts.map(([text, n]) => text.repeat(n)).join(''));
}

describe('encoders of words', () => {
  test('longest match equals merge by rank with the vocabulary of DNABERT-S', () => {
    const { model } = readTokenizerJson(json, 'tokenizer.json');
    if (model.kind !== 'byte-pairs') throw new Error('the vocabulary of DNABERT-S is not of byte pairs');
    const { bpe } = model;
    const byRank = new MergeByRank(bpe);
    const fast = LongestMatch.of(bpe);
    if (fast === undefined) throw new Error('the fast encoder does not take the vocabulary of DNABERT-S');
    fc.assert(
      fc.property(word(4, 40, 12), (text) => {
        expect(encodeWord(fast, text)).toEqual(encodeWord(byRank, text));
      }),
      { numRuns: 5000 },
    );
  });

  test('longest match equals the plain scan for any well-formed list of merges', () => {
    const sample = recipe.chain((made) =>
      fc.tuple(fc.constant(made), fc.array(word(made.letters, 4, 6), { maxLength: 8 })),
    );
    fc.assert(
      fc.property(sample, ([made, texts]) => {
        const bpe = bpeOf(made, true);
        const fast = LongestMatch.of(bpe);
        if (fast === undefined) throw new Error('the fast encoder refuses a well-formed list');
        for (const text of texts) expect(encodeWord(fast, text)).toEqual(scan(bpe, text));
      }),
      { numRuns: 1000 },
    );
  });

  test('merge by rank equals the plain scan for any list of merges', () => {
    const sample = recipe.chain((made) =>
      fc.tuple(fc.constant(made), fc.array(word(made.letters, 4, 6), { maxLength: 8 })),
    );
    fc.assert(
      fc.property(sample, ([made, texts]) => {
        const bpe = bpeOf(made, false);
        const byRank = new MergeByRank(bpe);
        for (const text of texts) expect(encodeWord(byRank, text)).toEqual(scan(bpe, text));
      }),
      { numRuns: 1000 },
    );
  });
});

/** Mulberry32: uniform in `[0, 1)`. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const KINDS = {
  bases: 'ACGT',
  'with N': 'ACGTACGTACGTACGTN',
  iupac: 'ACGTACGTACGTRYSWKMBDHVNU',
  'lower case': 'ACGTACGTACGTacgtn',
  'gaps and stops': 'ACGTACGTACGT-.*_ \t\n1[',
  anything: 'ACGT[]CLSEPUNKMAD -é',
} as const;

/** A sequence of `length` characters: letters at random, and in places a run of a letter or of a pair of letters. */
function sequence(random: () => number, letters: string, length: number): string {
  const pick = () => letters[Math.floor(random() * letters.length)]!;
  const repeats = random() < 0.3 ? 0.1 : 0;
  let text = '';
  while (text.length < length) {
    if (random() >= repeats) text += pick();
    else text += (random() < 0.5 ? pick() : pick() + pick()).repeat(1 + Math.floor(random() * 40));
  }
  return text.slice(0, length);
}

/** What the reference is asked: it takes about 2 microseconds per base, so most sequences are short. */
const SEQUENCES = 100_000;
const SEED = Number(process.env['TOKENS_SEED'] ?? 20_250_611);

test(
  `equals @huggingface/tokenizers on ${SEQUENCES} sequences (TOKENS_SEED=${SEED})`,
  async () => {
    const reference = new Tokenizer(json, await jsonFixture<object>(...FOLDER, 'tokenizer_config.json'));
    const tokenizer = NucleotideTokenizer.parse(json, 'tokenizer.json');
    const random = generator(SEED);
    const kinds = Object.entries(KINDS);
    for (let i = 0; i < SEQUENCES; i++) {
      const [kind, letters] = kinds[i % kinds.length]!;
      let length = Math.floor(random() ** 3 * 160);
      if (i % 500 < kinds.length) length = 500;
      if (i % 10_000 < kinds.length) length = 10_000;
      const text = sequence(random, letters, length);
      const ids = reference.encode(text).ids;
      const ours = tokenizer.encodeText(text);
      if (ours.length !== ids.length || ids.some((id, k) => id !== ours[k])) {
        expect({ kind, text, ids: [...ours] }).toEqual({ kind, text, ids });
      }
    }
  },
  { timeout: 180_000 },
);
