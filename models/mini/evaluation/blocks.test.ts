import { expect, test } from 'bun:test';
import { replaceBlock } from './blocks.ts';

const TEXT = 'a\n<!-- one: generated -->\nold\n<!-- end -->\nb\n<!-- two: generated -->\n<!-- end -->\n';

test('a block is replaced between its comments, and no other', () => {
  expect(replaceBlock(TEXT, 'one', 'new $1\n', 'f')).toBe(TEXT.replace('old\n', () => '\nnew $1\n\n'));
  const begin = '<!-- two: generated -->\n';
  expect(replaceBlock(TEXT, 'two', 'x\n', 'f')).toBe(TEXT.replace(begin, `${begin}\nx\n\n`));
});

test('doing it again changes nothing', () => {
  const once = replaceBlock(TEXT, 'one', 'new\n', 'f');
  expect(replaceBlock(once, 'one', 'new\n', 'f')).toBe(once);
});

test('a file without the place is refused', () => {
  expect(() => replaceBlock(TEXT, 'three', 'x\n', 'f.md')).toThrow('f.md: has no place for the evaluation');
  expect(() => replaceBlock('<!-- one: generated -->\n', 'one', 'x\n', 'f.md')).toThrow('has no place');
});
