import { expect, test } from 'bun:test';
import { checkModelName, isModelName } from './name.ts';

test('names that can be', () => {
  for (const name of ['a', '7', 'virnucpro', 'my-model_2.1', 'a..b', 'x'.repeat(64), 'connect', 'com']) {
    expect([name, isModelName(name)]).toEqual([name, true]);
    expect(() => checkModelName(name, ['untrained'])).not.toThrow();
  }
});

test('names that cannot', () => {
  const wrong = ['', '.', '..', '.a', '-a', '_a', 'a.', 'A', 'a b', 'a/b', 'a\\b', '/a', 'a\n', 'ä', 'x'.repeat(65)];
  for (const name of [...wrong, 'con', 'nul.model', 'com1', '__proto__']) {
    expect([name, isModelName(name)]).toEqual([name, false]);
    expect(() => checkModelName(name, [])).toThrow('cannot be the name of a model');
  }
});

test('the embedded model keeps its name', () => {
  expect(() => checkModelName('untrained', ['untrained'])).toThrow('is taken: that model is part of this program');
});
