/**
 * The two halves of the families: what is fitted (calibration and threshold) sees half A alone, and what is told about
 * accuracy comes from half B. No family lies in both, except where a class consists of one.
 *
 * The division depends on the windows alone, not on the seed nor on what is drawn.
 */

import type { Window } from './windows.ts';

export type Half = 'A' | 'B';

/** A unit that holds more than this part of its class is divided further, or one half would be left with crumbs. */
const LARGEST_PART = 2 / 3;

/** What a class is divided by: from coarse to fine. */
const LEVELS: readonly ((window: Window) => string)[] = [
  ({ family }) => family,
  ({ family, organism }) => `${family} ${organism}`,
  ({ genome }) => genome,
];

/** @returns one half per window, in the same order */
export function halvesOf(windows: readonly Window[]): Half[] {
  const halves: Half[] = new Array(windows.length).fill('A');
  const classes = Map.groupBy(windows.keys(), (index) => windows[index]!.kind);
  for (const members of classes.values()) {
    const counts = { A: 0, B: 0 };
    for (const unit of unitsOf(windows, members, members.length, 0)) {
      const half = counts.A <= counts.B ? 'A' : 'B';
      counts[half] += unit.members.length;
      for (const index of unit.members) halves[index] = half;
    }
  }
  return halves;
}

interface Unit {
  readonly name: string;
  /** Indexes of windows. */
  readonly members: readonly number[];
}

/** From large to small (then by name), so that giving each to the smaller half comes out balanced. */
function unitsOf(windows: readonly Window[], members: readonly number[], total: number, level: number): Unit[] {
  const key = LEVELS[level]!;
  const units = [...Map.groupBy(members, (index) => key(windows[index]!))].flatMap(([name, found]) =>
    found.length > LARGEST_PART * total && level + 1 < LEVELS.length
      ? unitsOf(windows, found, total, level + 1)
      : [{ name, members: found }],
  );
  return units.sort((one, other) => other.members.length - one.members.length || (one.name < other.name ? -1 : 1));
}
