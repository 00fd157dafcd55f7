import { describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { parseOptions, ROOT, USAGE } from './options.ts';

test('what is not given', () => {
  expect(parseOptions(['--windows', 'w'])).toEqual({
    windows: 'w',
    training: undefined,
    apart: false,
    program: { binary: join(ROOT, 'dist', 'virnucpro'), model: undefined },
    fragments: 8000,
    seed: 1,
    fit: undefined,
    write: false,
  });
});

test('everything given', () => {
  const given = ['--training', 't', '--apart', '--model', 'm', '--binary', 'b', '--fit', 'f', '--write'];
  expect(parseOptions(['--windows=w', '--fragments', '300', '--seed', '0', ...given])).toEqual({
    windows: 'w',
    training: 't',
    apart: true,
    program: { binary: 'b', model: 'm' },
    fragments: 300,
    seed: 0,
    fit: 'f',
    write: true,
  });
});

test('help names every flag', () => {
  expect(parseOptions(['--help'])).toBeUndefined();
  for (const flag of ['windows', 'training', 'apart', 'model', 'binary', 'fragments', 'seed', 'fit', 'write', 'help']) {
    expect(USAGE).toContain(`--${flag} `);
  }
});

describe('refused', () => {
  const refusals: readonly (readonly [string[], string])[] = [
    [[], '--windows is missing'],
    [['--windows', 'w', '--fragments', '2.5'], '--fragments 2.5 is no whole number'],
    [['--windows', 'w', '--fragments', '3'], 'whole number from 4'],
    [['--windows', 'w', '--seed', '-1'], '--seed'],
    [['--windows', 'w', '--apart'], '--apart is without --training'],
    [['--windows', 'w', '--other'], '--other'],
    [['w'], 'w'],
  ];
  for (const [argv, message] of refusals) {
    test(argv.join(' ') || 'nothing', () => expect(() => parseOptions(argv)).toThrow(message));
  }
});
