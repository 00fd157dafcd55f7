import { expect, test } from 'bun:test';
import { genomesAmong, isCalled, joinScores } from './scored.ts';
import type { Window } from './windows.ts';

const window = (isVirus: boolean, genome: string): Window => ({
  id: genome,
  isVirus,
  kind: isVirus ? 'viral' : 'mito',
  family: `family of ${genome}`,
  organism: '',
  genome,
  letters: '',
});
const WINDOWS = [window(true, 'v'), window(false, 'm'), window(false, 'm'), window(false, 'n')];
const CALLED = { isCalled: true, isViral: false, delta: 0.1, probability: undefined, isVirus: undefined };
const NO_ORF = { ...CALLED, isCalled: false, delta: undefined };

test('fragments get class, family and half of their window, and one number for each genome', () => {
  const drawn = [1, 0, 2, 3, 0].map((index, order) => ({
    id: `f${order}`,
    truth: order === 4 ? ('shuffled' as const) : index === 0 ? ('virus' as const) : ('other' as const),
    window: index,
    letters: '',
  }));
  const predictions = [CALLED, NO_ORF, CALLED, CALLED, CALLED];
  const { fragments, strata } = joinScores(drawn, predictions, WINDOWS, ['A', 'B', 'B', 'A']);
  expect(fragments.map(({ kind }) => kind)).toEqual(['mito', 'viral', 'mito', 'mito', 'shuffled']);
  expect(fragments.map(({ half }) => half)).toEqual(['B', 'A', 'B', 'A', 'A']);
  expect(fragments.map(({ cluster }) => cluster)).toEqual([0, 1, 0, 2, 1]);
  expect(fragments[3]!.family).toBe('family of n');
  expect(strata).toEqual([[1], [0, 2]]);
  expect(genomesAmong(fragments)).toBe(3);
  expect(fragments.filter(isCalled).length).toBe(4);
});
