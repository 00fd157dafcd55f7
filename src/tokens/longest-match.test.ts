import { describe, expect, test } from 'bun:test';
import { LongestMatch } from './longest-match.ts';
import type { Bpe } from './word-encoder.ts';

/** A BPE over the given letters; token ids count up through letters, then the results of merges. */
function bpeOf(letters: string, pairs: readonly (readonly [string, string])[], more: Partial<Bpe> = {}): Bpe {
  const texts = [...new Set([...letters, ...pairs.map((pair) => pair.join(''))])];
  const ids = (list: readonly string[]) => Uint16Array.from(list, (text) => texts.indexOf(text));
  return {
    vocabularySize: texts.length,
    letterBytes: new TextEncoder().encode(letters),
    letterIds: ids([...letters]),
    merges: {
      left: ids(pairs.map(([left]) => left)),
      right: ids(pairs.map(([, right]) => right)),
      merged: ids(pairs.map((pair) => pair.join(''))),
    },
    ...more,
  };
}

function encode(bpe: Bpe, text: string): number[] {
  const bytes = new TextEncoder().encode(text);
  const out = new Uint16Array(bytes.length);
  return [...out.subarray(0, LongestMatch.of(bpe)?.encodeWord(bytes, 0, bytes.length, out, 0))];
}

describe('what it takes', () => {
  test('a well-formed list', () => {
    expect(LongestMatch.of(bpeOf('AC', [['A', 'C']]))).toBeInstanceOf(LongestMatch);
  });

  test.each([
    [
      'a part that is made later',
      [
        ['A', 'CA'],
        ['C', 'A'],
      ],
    ],
    [
      'a token that is made twice',
      [
        ['A', 'C'],
        ['C', 'A'],
        ['AC', 'A'],
        ['A', 'CA'],
      ],
    ],
  ] as const)('not %s', (_, pairs) => {
    expect(LongestMatch.of(bpeOf('AC', pairs))).toBeUndefined();
  });

  test('not five letters', () => {
    expect(LongestMatch.of(bpeOf('ACGTN', []))).toBeUndefined();
  });

  test('not a vocabulary whose table of neighbours is too large', () => {
    expect(LongestMatch.of(bpeOf('AC', [], { vocabularySize: 8193 }))).toBeUndefined();
  });
});

describe('words by hand', () => {
  // Ids: A 0, C 1, AA 2, CA 3, AAC 4.
  const bpe = bpeOf('AC', [
    ['A', 'A'],
    ['C', 'A'],
    ['AA', 'C'],
  ]);

  test.each([
    ['', []],
    ['A', [0]],
    ['AAA', [2, 0]],
    ['AAC', [4]],
    // AAC fits, but C goes to the A after it first.
    ['AACA', [2, 3]],
    ['AACAA', [4, 2]],
    ['AAAAC', [2, 4]],
    ['CACAC', [3, 3, 1]],
  ] as const)('%s', (text, ids) => {
    expect(encode(bpe, text)).toEqual([...ids]);
  });

  test('a token that its own text is not encoded as never occurs', () => {
    // In ACA the pair C A merges first, so AC never meets the last A.
    const hidden = bpeOf('AC', [
      ['C', 'A'],
      ['A', 'C'],
      ['AC', 'A'],
    ]);
    expect(encode(hidden, 'ACA')).toEqual([0, 2]);
  });

  test('tokens longer than a window of eight letters, whole and cut off', () => {
    const long = bpeOf('AC', [
      ['A', 'A'],
      ['AA', 'AA'],
      ['AAAA', 'AAAA'],
      ['AAAAAAAA', 'AAAAAAAA'],
      ['AAAAAAAAAAAAAAAA', 'C'],
    ]);
    expect(encode(long, `${'A'.repeat(16)}C`)).toEqual([6]);
    expect(encode(long, 'A'.repeat(16))).toEqual([5]);
    expect(encode(long, 'A'.repeat(15))).toEqual([4, 3, 2, 0]);
    expect(encode(long, `${'A'.repeat(17)}C`)).toEqual([5, 0, 1]);
  });
});
