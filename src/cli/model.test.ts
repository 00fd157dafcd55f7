import { expect, test } from 'bun:test';
import type { Bundle } from '../model/bundle/open.ts';
import { chooseHead } from './model.ts';

/** A bundle of which only the name and the heads matter here. */
const bundle = (...lengths: number[]) =>
  ({ manifest: { name: 'b', classifiers: lengths.map((length) => ({ length })) } }) as unknown as Bundle;

test.each([
  [[500], undefined, 500],
  [[300], undefined, 300],
  [[300, 500], undefined, 500],
  [[500, 300], 300, 300],
  [[200, 300], 200, 200],
])('of the heads %p, %p asked for, it is %i', (lengths, asked, expected) => {
  expect(chooseHead(bundle(...lengths), asked).length).toBe(expected);
});

test('a head that is not there, or several without the usual one', () => {
  expect(() => chooseHead(bundle(300, 500), 400)).toThrow('no head for chunks of 400 nt. It has one for 300 and 500');
  expect(() => chooseHead(bundle(400, 300), undefined)).toThrow('Choose one with --length 300 or 400');
});
