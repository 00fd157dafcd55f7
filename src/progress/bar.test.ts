import { expect, test } from 'bun:test';
import { bar } from './bar.ts';
import { columns, cut, padEnd, plainText } from './fit-text.ts';
import { lineText, listText } from './pieces.ts';

const text = (share: number, width: number, unicode: boolean) => {
  const { done, rest } = bar(share, width, unicode);
  return done + rest;
};

test.each([
  [0, '----------', '░░░░░░░░░░'],
  [0.049, '----------', '░░░░░░░░░░'],
  [0.05, '----------', '▌░░░░░░░░░'],
  [0.1, '#---------', '█░░░░░░░░░'],
  [0.999, '#########-', '█████████▌'],
  [1, '##########', '██████████'],
  [7, '##########', '██████████'],
  [-1, '----------', '░░░░░░░░░░'],
])('a bar of %d', (share, ascii, unicode) => {
  expect(text(share, 10, false)).toBe(ascii);
  expect(text(share, 10, true)).toBe(unicode);
});

test.each([
  ['abcdef', 6, true, 'abcdef'],
  ['abcdef', 5, true, 'abcd…'],
  ['abcdef', 5, false, 'abc..'],
  ['abc def', 5, true, 'abc…'],
  ['漢字漢字', 7, true, '漢字漢…'],
  ['漢字漢字', 6, true, '漢字…'],
  ['e\u0301e\u0301e\u0301', 2, true, 'e\u0301…'],
  ['👩‍👩‍👧👩‍👩‍👧', 3, true, '👩‍👩‍👧…'],
  ['abc', 1, false, ' '],
  ['abc', 0, true, ''],
])('%s in %d columns', (whole, width, unicode, expected) => expect(cut(whole, width, unicode)).toBe(expected));

test('plain text has no control characters, nothing that turns its direction, and in ASCII nothing else', () => {
  expect(plainText('a\r\nb\u001b[2Jc\u2028d\u202ee\ud800', true)).toBe('a b [2Jc de');
  expect(plainText('é漢 x', false)).toBe('?? x');
  expect(plainText('a  b', true)).toBe('a  b');
});

test('columns and padding', () => {
  expect([columns('abc'), columns('漢a'), columns('e\u0301')]).toEqual([3, 3, 1]);
  expect(padEnd('漢', 4)).toBe('漢  ');
  expect(padEnd('abcdef', 4)).toBe('abcdef');
});

test('lists end with the last part that fits; the first one is always there', () => {
  expect(listText(['ab', undefined, 'cd', 'ef'], 6)).toBe('ab, cd');
  expect(listText(['abcdefgh', 'x'], 3)).toBe('abcdefgh');
  expect(listText([undefined], 3)).toBe('');
});

test('a line is cut where its width ends, and colour is closed', () => {
  const line = [{ text: 'abc ', tint: 'good' as const }, { text: '   ' }, { text: 'defgh  ', tint: 'bad' as const }];
  const style = { width: 9, unicode: true, colour: false };
  expect(lineText(line, { ...style, width: 80 })).toBe('abc    defgh');
  expect(lineText(line, style)).toBe('abc    d…');
  expect(lineText(line, { ...style, colour: true })).toBe('\u001b[32mabc \u001b[39m   \u001b[31md…\u001b[39m');
  expect(lineText([{ text: 'abcdef' }, { text: 'g' }], { ...style, width: 4 })).toBe('abc…');
  // The column that a wide character left is not for what comes after it.
  expect(lineText([{ text: 'ab漢漢' }, { text: 'g' }], { ...style, width: 4 })).toBe('ab…');
  expect(lineText([], style)).toBe('');
});
