import { describe, expect, test } from 'bun:test';
import { abilitiesOf } from './terminal.ts';

describe('abilitiesOf', () => {
  test.each([
    [{}, true],
    [{ LANG: 'en_US.UTF-8' }, true],
    [{ LANG: 'de_DE.utf8' }, true],
    [{ LANG: 'C' }, false],
    [{ LANG: 'en_US.ISO-8859-1' }, false],
    [{ LC_ALL: 'POSIX', LANG: 'en_US.UTF-8' }, false],
    [{ LC_ALL: '', LC_CTYPE: 'C.UTF-8', LANG: 'C' }, true],
    [{ TERM: 'linux', LANG: 'C.UTF-8' }, false],
  ])('unicode: %j', (env, unicode) => {
    expect(abilitiesOf(env).unicode).toBe(unicode);
  });

  test.each([
    [{}, false],
    [{ TERM_PROGRAM: 'Apple_Terminal' }, false],
    [{ TERM_PROGRAM: 'WezTerm' }, true],
    [{ TERM_PROGRAM: 'ghostty' }, true],
    [{ TERM: 'xterm-ghostty' }, true],
    [{ WT_SESSION: 'a' }, true],
    [{ ConEmuANSI: 'ON' }, true],
    [{ WT_SESSION: 'a', TMUX: '/socket' }, false],
    [{ WT_SESSION: '' }, false],
  ])('taskbar: %j', (env, taskbar) => {
    expect(abilitiesOf(env).taskbar).toBe(taskbar);
  });

  test.each([
    [{ TERM: 'xterm-256color' }, true],
    [{ TERM: 'xterm-256color', XTERM_VERSION: 'XTerm(390)' }, false],
    [{ XTERM_VERSION: 'XTerm(390)', TMUX: '/socket' }, true],
    [{ STY: '1.pts' }, false],
    [{ TERM: 'linux' }, false],
  ])('reflows: %j', (env, reflows) => {
    expect(abilitiesOf(env).reflows).toBe(reflows);
  });
});
