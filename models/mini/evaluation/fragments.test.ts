import { describe, expect, test } from 'bun:test';
import { drawFragments, drawShuffled, fastaText, reverseComplement } from './fragments.ts';
import { Random } from './random.ts';
import type { Window } from './windows.ts';

const random = (purpose: string) => new Random(1, purpose);
const letters = (seed: string) => {
  const source = random(seed);
  return Array.from({ length: 1000 }, () => 'ACGT'[source.below(4)]!).join('');
};
const WINDOWS: Window[] = Array.from({ length: 40 }, (_, index) => ({
  id: `w${index}`,
  isVirus: index % 4 === 0,
  kind: index % 4 === 0 ? 'viral' : 'bacteria',
  family: 'F',
  organism: 'o',
  genome: 'g',
  letters: letters(`window ${index}`),
}));
const sorted = (text: Iterable<string>) => [...text].sort().join('');

describe('fragments', () => {
  const drawn = drawFragments(WINDOWS, 300, 30, random('draw'));

  test('are pieces of their window on one of the strands, no window twice', () => {
    expect(drawn.length).toBe(30);
    expect(new Set(drawn.map(({ window }) => window)).size).toBe(30);
    const forward = drawn.filter((one) => {
      expect(one.letters.length).toBe(300);
      const source = WINDOWS[one.window]!.letters;
      const lies = source.includes(one.letters);
      expect(lies || source.includes(reverseComplement(one.letters))).toBe(true);
      return lies;
    });
    expect(forward.length).toBeGreaterThan(5);
    expect(forward.length).toBeLessThan(25);
  });

  test('know what they are, and say nothing of it in their ids', () => {
    for (const { truth, window } of drawn) expect(truth).toBe(WINDOWS[window]!.isVirus ? 'virus' : 'other');
    expect(drawn.map(({ id }) => id).slice(0, 2)).toEqual(['fragment_1', 'fragment_2']);
  });

  test('of 1000 nt are whole windows, and there are no more than windows', () => {
    const whole = drawFragments(WINDOWS, 1000, 99, random('whole'));
    expect(whole.length).toBe(40);
    for (const one of whole) {
      expect([one.letters, reverseComplement(one.letters)]).toContain(WINDOWS[one.window]!.letters);
    }
  });

  test('start anywhere, the first and the last place included', () => {
    const starts = new Set<number>();
    const source = random('starts');
    for (let round = 0; round < 50; round += 1) {
      for (const one of drawFragments(WINDOWS, 997, 40, source)) {
        const window = WINDOWS[one.window]!.letters;
        starts.add(Math.max(window.indexOf(one.letters), window.indexOf(reverseComplement(one.letters))));
      }
    }
    expect([...starts].sort()).toEqual([0, 1, 2, 3]);
  });
});

test('shuffled sequences have the letters of a piece, every second one its pairs', () => {
  // A window of one pair alone: pairs in another order are AC or CA all the way, letters are not.
  const windows = [{ ...WINDOWS[0]!, letters: 'AC'.repeat(500) }];
  const drawn = drawShuffled(windows, 300, 6, random('shuffle'));
  expect(drawn.map(({ truth }) => truth)).toEqual(new Array(6).fill('shuffled'));
  for (const [index, one] of drawn.entries()) {
    expect(sorted(one.letters)).toBe('A'.repeat(150) + 'C'.repeat(150));
    expect(/^(AC)+$|^(CA)+$/.test(one.letters)).toBe(index % 2 === 1);
  }
  const [letterwise] = drawShuffled(WINDOWS, 300, 1, random('real'));
  expect(WINDOWS[letterwise!.window]!.letters).not.toContain(letterwise!.letters);
});

test('the other strand, ambiguous letters included', () => {
  expect(reverseComplement('AACGTN')).toBe('NACGTT');
  expect(reverseComplement('RYSWKMBDHV')).toBe('BDHVKMWSRY');
});

test('FASTA', () => {
  const [one] = drawFragments(WINDOWS, 150, 1, random('text'));
  expect(fastaText([one!])).toBe(`>fragment_1\n${one!.letters}\n`);
});
