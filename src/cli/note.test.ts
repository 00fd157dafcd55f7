import { expect, test } from 'bun:test';
import { noteGiven } from './note.ts';

test('a sentence is taken as it stands; without the flag there is none', () => {
  expect(noteGiven(undefined)).toBeUndefined();
  for (const text of ['Small model: see its card.', 'é'.repeat(300), '🧬'.repeat(300)])
    expect(noteGiven(text)).toBe(text);
});

test.each([
  ['is empty', ''],
  ['is empty', '  '],
  ['has 301 characters', 'x'.repeat(301)],
  ['control character', 'two\nlines'],
  ['control character', 'a\ttab'],
  ['control character', '\x1b[31mred'],
  ['control character', 'C1 \u009b31m'],
  ['control character', 'two\u2028lines'],
  ['control character', 'turned \u202e round'],
])('%s: %j', (says, text) => {
  expect(() => noteGiven(text)).toThrow(says);
});
