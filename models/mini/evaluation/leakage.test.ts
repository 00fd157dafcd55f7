import { describe, expect, test } from 'bun:test';
import { reverseComplement } from './fragments.ts';
import { forEachWord, WORD_LETTERS } from './k-mers.ts';
import { countShared, sharedParts } from './leakage.ts';
import { Random } from './random.ts';
import { judged, readStored } from './stored.ts';
import { WordTable } from './word-table.ts';

const random = new Random(1, 'leakage');
const bases = (length: number) => Array.from({ length }, () => 'ACGT'[random.below(4)]!).join('');
const of = (letters: string) => ({ letters });

/** Words as text, the smaller of both strands. */
function wordsAsText(letters: string): string[] {
  const words: string[] = [];
  for (let start = 0; start + WORD_LETTERS <= letters.length; start += 1) {
    const word = letters.slice(start, start + WORD_LETTERS);
    if (!/^[ACGT]+$/.test(word)) continue;
    const back = reverseComplement(word);
    words.push(word < back ? word : back);
  }
  return words;
}

function spelled(high: number, low: number): string {
  const bits = BigInt(high) * 2n ** 32n + BigInt(low);
  return Array.from(
    { length: WORD_LETTERS },
    (_, index) => 'ACGT'[Number((bits >> BigInt(2 * (30 - index))) & 3n)]!,
  ).join('');
}

test('words are those of the text, the smaller of both strands, without ambiguous letters', () => {
  const letters = `${bases(80)}N${bases(30)}R${bases(31)}`;
  const found: string[] = [];
  const count = forEachWord(letters, (high, low) => found.push(spelled(high, low)));
  expect(found).toEqual(wordsAsText(letters));
  expect(count).toBe(50 + 0 + 1);
});

test('words that differ from their reverse complement in the middle letter alone', () => {
  const half = 'ACGTTGCAACGTAAC';
  for (const middle of 'ACGT') {
    const word = half + middle + reverseComplement(half);
    const found: string[] = [];
    forEachWord(word, (high, low) => found.push(spelled(high, low)));
    expect(found).toEqual(wordsAsText(word));
  }
});

test('a table holds what was added and nothing else, through collisions', () => {
  // Many words with the same beginning, and many with the same end.
  const words = Array.from({ length: 2000 }, (_, index) =>
    index % 2 === 0 ? ([7, random.word()] as const) : ([random.below(2 ** 30), 7] as const),
  );
  const table = new WordTable(words.length);
  for (const [high, low] of [...words, ...words]) table.add(high, low);
  expect(table.size).toBe(2000);
  for (const [high, low] of words.slice(0, 1000)) table.mark(high, low);
  table.mark(0, 0);
  expect(words.map(([high, low]) => table.isMarked(high, low))).toEqual(words.map((_, index) => index < 1000));
  expect(table.isMarked(0, 0)).toBe(false);
});

test('parts shared with training, on either strand, as counted with text', () => {
  const training = [bases(500), bases(500)];
  const windows = [
    training[0]!.slice(100, 300),
    reverseComplement(training[1]!.slice(0, 200)),
    bases(120) + training[0]!.slice(0, 80),
    `${training[0]!.slice(0, 45)}N${bases(45)}`,
    bases(200),
    'N'.repeat(200),
  ];
  const known = new Set(training.flatMap(wordsAsText));
  const expected = windows.map((letters) => {
    const words = wordsAsText(letters);
    return words.length === 0 ? 0 : words.filter((word) => known.has(word)).length / words.length;
  });
  expect([...sharedParts(windows.map(of), training.map(of))]).toEqual(expected);
  expect(expected).toEqual([1, 1, 50 / 170, 0.5, 0, 0]);
});

test('windows are counted by their class and by how much they share', () => {
  const parts = Float64Array.of(0, 0.04, 0.4, 0.9, 0, 0.1);
  const kinds = ['mito', 'viral', 'viral', 'mito', 'viral', 'viral'];
  expect(countShared(parts, kinds)).toEqual([
    { class: 'viral', windows: 4, any: 3, over_10_percent: 1, over_50_percent: 0 },
    { class: 'mito', windows: 2, any: 1, over_10_percent: 1, over_50_percent: 1 },
  ]);
});

describe.skipIf(!judged)('the windows that the bundle is judged by (skipped until there is a bundle)', () => {
  /** Part of the windows drawn from that may share more than a tenth of their words with training. */
  const BOUND = 0.005;

  test(`less than ${100 * BOUND} % of them share more than 10 % of their words with training`, async () => {
    const { leakage, windows } = await readStored();
    expect(leakage).not.toBeNull();
    const { classes, left_out } = leakage!;
    const sum = (key: 'windows' | 'over_10_percent') => classes.reduce((total, counts) => total + counts[key], 0);
    expect(sum('windows') - left_out).toBe(windows.count);
    expect((sum('over_10_percent') - left_out) / windows.count).toBeLessThan(BOUND);
  });
});
