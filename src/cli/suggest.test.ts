import { describe, expect, test } from 'bun:test';
import { editDistance, suggest } from './suggest.ts';

test.each([
  ['', '', 0],
  ['abc', '', 3],
  ['abc', 'abc', 0],
  ['abc', 'abd', 1],
  ['abc', 'acb', 1],
  ['abc', 'ab', 1],
  ['kitten', 'sitting', 3],
  ['predict', 'perdict', 1],
])('from %p to %p it is %i steps, and back', (a, b, steps) => {
  expect([editDistance(a, b), editDistance(b, a)]).toEqual([steps, steps]);
});

describe('suggest', () => {
  const names = ['output', 'threads', 'model', 'model-length', 'min-length', 'force'];

  test.each([
    ['treads', 'threads'],
    ['ouptut', 'output'],
    ['thr', 'threads'],
    ['mode', 'model'],
    ['min-lenght', 'min-length'],
  ])('%s is probably %s', (typed, meant) => expect(suggest(typed, names)).toBe(meant));

  test.each(['wibble', 'x', '', 'device'])('%p is nothing like them', (typed) => {
    expect(suggest(typed, names)).toBeUndefined();
  });
});
