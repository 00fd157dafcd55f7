import { describe, expect, test } from 'bun:test';
import { refused } from '../../test/helpers/refused.ts';
import { chooseMode, type ModeQuestion, PROGRESS_WORDS } from './choose.ts';

const question = (more: Partial<ModeQuestion> = {}): ModeQuestion => ({
  ...{ typed: undefined, env: { TERM: 'xterm' }, isTty: true, isForeground: true, isQuiet: false },
  ...more,
});

describe('chooseMode', () => {
  test.each([
    ['a terminal', {}, 'tty'],
    ['a pipe or a file', { isTty: false }, 'plain'],
    ['a dumb terminal', { env: { TERM: 'dumb' } }, 'plain'],
    ['continuous integration', { env: { CI: 'true' } }, 'plain'],
    ['CI=false', { env: { CI: 'false' } }, 'tty'],
    ['in the background', { isForeground: false }, 'plain'],
    ['quiet', { isQuiet: true }, 'off'],
    ['quiet and json', { isQuiet: true, typed: 'json' }, 'off'],
    ['the flag', { typed: 'json' }, 'json'],
    ['the flag, in continuous integration', { typed: 'tty', env: { CI: '1' } }, 'tty'],
    ['auto, typed', { typed: 'auto', isTty: false }, 'plain'],
    ['the variable', { env: { VIRNUCPRO_PROGRESS: 'off' } }, 'off'],
    ['an empty variable', { env: { VIRNUCPRO_PROGRESS: '' } }, 'tty'],
    ['the flag goes before the variable', { typed: 'plain', env: { VIRNUCPRO_PROGRESS: 'json' } }, 'plain'],
    ['auto, typed, too', { typed: 'auto', env: { VIRNUCPRO_PROGRESS: 'json' } }, 'tty'],
    ['the variable asks for a terminal that is none', { isTty: false, env: { VIRNUCPRO_PROGRESS: 'tty' } }, 'plain'],
  ] as const)('%s', (_, more, mode) => {
    expect(chooseMode(question(more))).toBe(mode);
  });

  test('a word that is not known is refused, wherever it stands', () => {
    expect(refused(() => chooseMode(question({ typed: 'fancy', isQuiet: true })))).toBe(
      '--progress fancy is not known. --progress takes auto, tty, plain, json or off.',
    );
    expect(refused(() => chooseMode(question({ env: { VIRNUCPRO_PROGRESS: 'TTY' } })))).toBe(
      'VIRNUCPRO_PROGRESS=TTY is not known. VIRNUCPRO_PROGRESS takes auto, tty, plain, json or off.',
    );
    expect(PROGRESS_WORDS.join()).toBe('auto,tty,plain,json,off');
  });

  test('a panel is not painted where none can be', () => {
    expect(refused(() => chooseMode(question({ typed: 'tty', isTty: false })))).toBe(
      '--progress tty needs a terminal, and standard error is none. Use --progress plain.',
    );
    expect(refused(() => chooseMode(question({ typed: 'tty', env: { TERM: 'dumb' } })))).toContain('TERM=dumb');
  });
});
