import { expect, test } from 'bun:test';
import { COMMANDS } from './flags.ts';
import { commandHelp, topHelp } from './help.ts';

test('help ends in one line feed, has no trailing blanks', () => {
  for (const text of [topHelp(), ...COMMANDS.map(commandHelp)]) {
    expect(text).toEndWith('\n');
    expect(text).not.toMatch(/[ \t]\n|\n\n$/);
  }
});

test('the usage line shows what is taken', () => {
  expect(COMMANDS.map(commandHelp).map((text) => text.split('\n')[2])).toEqual([
    'Usage: virnucpro predict INPUT… [FLAGS]',
    'Usage: virnucpro translate INPUT… [FLAGS]',
    'Usage: virnucpro validate INPUT… [FLAGS]',
    'Usage: virnucpro devices [FLAGS]',
    'Usage: virnucpro models list [FLAGS]',
    'Usage: virnucpro models pull NAME [FLAGS]',
    'Usage: virnucpro models import [FLAGS]',
    'Usage: virnucpro models verify NAME|DIR [FLAGS]',
    'Usage: virnucpro models path [NAME] [FLAGS]',
    'Usage: virnucpro models remove NAME [FLAGS]',
    'Usage: virnucpro runtime install cuda|cuda12 [FLAGS]',
    'Usage: virnucpro runtime list [FLAGS]',
    'Usage: virnucpro runtime remove cuda|cuda12 [FLAGS]',
  ]);
});
