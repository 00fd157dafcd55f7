import { describe, expect, test } from 'bun:test';
import { UserError } from '../system/errors.ts';
import { parseArguments, wholeNumber } from './arguments.ts';
import { COMMANDS, MODELS_IMPORT, PREDICT, TOP_FLAGS } from './flags.ts';

const predict = (...argv: string[]) => parseArguments(PREDICT, argv);

describe('parseArguments', () => {
  test('files and flags in any order, each way of writing a value', () => {
    const given = predict('a.fa', '-t', '4', '--output=out dir', '-q', 'b.fa', '--length', '300', '-fv');
    expect(given.positionals).toEqual(['a.fa', 'b.fa']);
    expect(given.value('output')).toBe('out dir');
    expect(given.integer('threads', 1)).toBe(4);
    expect(given.integer('length', 1)).toBe(300);
    expect(['quiet', 'force', 'verbose', 'dry-run'].map((flag) => given.has(flag as 'quiet'))).toEqual([
      ...[true, true, true],
      false,
    ]);
  });

  test('a letter and its value may be written together', () => {
    expect(predict('x', '-t4').value('threads')).toBe('4');
  });

  test('behind -- everything is a file; a single dash is one too', () => {
    expect(predict('-', '--', '--force', '-x').positionals).toEqual(['-', '--force', '-x']);
    expect(predict('-o', '-').value('output')).toBe('-');
  });

  test('a flag is not the value of the one before it', () => {
    expect(() => predict('x', '-o', '--force')).toThrow('-o needs a value (DIR)');
    expect(() => predict('x', '--output', '-f')).toThrow('--output needs a value (DIR)');
    expect(predict('x', '--output=-f').value('output')).toBe('-f');
    expect(() => predict('x', '--output=')).toThrow('--output needs a value (DIR)');
    expect(() => predict('x', '-o', '')).toThrow('-o needs a value (DIR)');
  });

  test('what may be repeated keeps its order, what may not is refused', () => {
    const given = parseArguments(MODELS_IMPORT, ['--classifier', 'a', '--length', '1', '--classifier', 'b']);
    expect(given.values('classifier')).toEqual(['a', 'b']);
    expect(() => predict('-t', '1', '--threads', '2')).toThrow('--threads was given twice');
    expect(predict('-q', '-q').has('quiet')).toBe(true);
  });

  test('mistakes are the user`s, with what was probably meant', () => {
    expect(() => predict('--treads', '2')).toThrow('Did you mean --threads?');
    expect(() => predict('--wibble')).toThrow('predict --help');
    expect(() => predict('--quiet=yes')).toThrow('takes no value');
    expect(() => predict('-Z')).toThrow(UserError);
    expect(() => parseArguments(MODELS_IMPORT, ['file'])).toThrow('takes flags only');
  });
});

test('wholeNumber takes digits only', () => {
  expect(wholeNumber('-t', '007', 1)).toBe(7);
  for (const text of ['', '-1', '+1', '1.5', '1e3', '0x10', ' 1', 'NaN', 'Infinity', '9'.repeat(16), '٣']) {
    expect(() => wholeNumber('-t', text, 0)).toThrow(UserError);
  }
  expect(() => wholeNumber('--length', '0', 1)).toThrow('--length 0 is not a whole number of at least 1');
});

describe('the flag table', () => {
  test.each(COMMANDS.map((command) => [command.name, command] as const))(
    '%s: no name or letter stands twice',
    (_, command) => {
      for (const names of [command.flags.map(({ long }) => long), command.flags.flatMap(({ short }) => short ?? [])]) {
        expect(new Set(names).size).toBe(names.length);
      }
    },
  );

  test('names are lower-case words, letters single, help a sentence', () => {
    for (const { long, short, help } of [...TOP_FLAGS, ...COMMANDS.flatMap(({ flags }) => [...flags])]) {
      expect(long).toMatch(/^[a-z]+(-[a-z]+)*$/);
      if (short !== undefined) expect(short).toMatch(/^[a-zA-Z]$/);
      expect(help).toMatch(/^[A-Z].*\.$/);
    }
  });

  test('the letters mean what they mean in the original tools', () => {
    const letters = Object.fromEntries(
      PREDICT.flags.flatMap((flag) => ('short' in flag ? [[flag.short, flag.long]] : [])),
    );
    expect(letters).toMatchObject({ o: 'output', t: 'threads', f: 'force', q: 'quiet', v: 'verbose', e: 'length' });
    expect(letters).toMatchObject({ m: 'model-length' });
  });
});
