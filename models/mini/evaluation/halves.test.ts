import { expect, test } from 'bun:test';
import { type Half, halvesOf } from './halves.ts';
import type { Window } from './windows.ts';

function windows(kind: string, family: string, organism: string, count: number, genome = organism): Window[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `${organism}${index}`,
    isVirus: kind === 'viral',
    kind,
    family,
    organism,
    genome: `${kind} ${genome}`,
    letters: '',
  }));
}

/** Windows of each half by a name of theirs. */
function counted(
  all: readonly Window[],
  name: (window: Window) => string,
): Record<string, Partial<Record<Half, number>>> {
  const counts: Record<string, Partial<Record<Half, number>>> = {};
  for (const [index, half] of halvesOf(all).entries()) {
    const key = name(all[index]!);
    counts[key] = { ...counts[key], [half]: (counts[key]?.[half] ?? 0) + 1 };
  }
  return counts;
}

test('families go whole, from large to small, to the smaller half', () => {
  const all = [
    ...windows('viral', 'S', 's', 2),
    ...windows('viral', 'L', 'l', 5),
    ...windows('viral', 'M', 'm1', 2),
    ...windows('viral', 'M', 'm2', 2),
    ...windows('viral', 'N', 'n', 3),
  ];
  // L 5 to A, M 4 to B, N 3 to B (4 < 5), S 2 to A.
  expect(counted(all, ({ family }) => family)).toEqual({ L: { A: 5 }, M: { B: 4 }, N: { B: 3 }, S: { A: 2 } });
});

test('every class is divided for itself', () => {
  const all = [...windows('archaea', 'X', 'x', 3), ...windows('archaea', 'Y', 'y', 3), ...windows('mito', 'Z', 'z', 1)];
  expect(counted(all, ({ family }) => family)).toEqual({ X: { A: 3 }, Y: { B: 3 }, Z: { A: 1 } });
});

test('a family that is nearly the whole class is divided by organisms, and an organism by genomes', () => {
  const plasmids = [
    ...windows('plasmid', 'P', 'p1', 5),
    ...windows('plasmid', 'P', 'p2', 4),
    ...windows('plasmid', 'Q', 'q', 1),
  ];
  expect(counted(plasmids, ({ organism }) => organism)).toEqual({ p1: { A: 5 }, p2: { B: 4 }, q: { B: 1 } });
  const mito = ['g1', 'g2', 'g3', 'g4'].flatMap((genome) => windows('mito', 'Animals', 'all', 2, genome));
  expect(counted(mito, ({ genome }) => genome)).toEqual({
    'mito g1': { A: 2 },
    'mito g2': { B: 2 },
    'mito g3': { A: 2 },
    'mito g4': { B: 2 },
  });
});

test('the order of the windows changes nothing', () => {
  const all = ['a', 'b', 'c', 'd', 'e'].flatMap((family, index) => windows('viral', family, family, 3 + (index % 2)));
  expect(counted(all.toReversed(), ({ family }) => family)).toEqual(counted(all, ({ family }) => family));
});
