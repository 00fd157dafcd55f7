import { describe, expect, test } from 'bun:test';
import { refused } from '../../test/helpers/refused.ts';
import { type ColourQuestion, chooseColour, withColouredTags } from './colour.ts';

const choose = (more: Partial<ColourQuestion> = {}) =>
  chooseColour({ typed: undefined, env: {}, isTty: true, ...more });

describe('colour', () => {
  test.each([
    [{}, 'terminal'],
    [{ isTty: false }, 'none'],
    [{ env: { TERM: 'dumb' } }, 'none'],
    [{ env: { NO_COLOR: '1' } }, 'none'],
    [{ env: { NO_COLOR: '' } }, 'terminal'],
    [{ env: { FORCE_COLOR: '1' }, isTty: false }, 'asked'],
    [{ env: { FORCE_COLOR: '0' } }, 'none'],
    [{ env: { FORCE_COLOR: '', TERM: 'xterm' } }, 'terminal'],
    [{ env: { NO_COLOR: '1', FORCE_COLOR: '1' } }, 'none'],
    [{ env: { CLICOLOR_FORCE: '1' }, isTty: false }, 'none'],
    [{ typed: 'always', env: { NO_COLOR: '1' }, isTty: false }, 'asked'],
    [{ typed: 'never', env: { FORCE_COLOR: '1' } }, 'none'],
    [{ typed: 'auto', env: { NO_COLOR: '1' } }, 'none'],
  ] as const)('%j', (more, colour) => {
    expect(choose(more)).toBe(colour);
  });

  test('another word is refused', () => {
    expect(refused(() => choose({ typed: 'yes' }))).toBe(
      '--color yes is not known. --color takes auto, always or never.',
    );
  });

  test('tags at the start of a line, and nothing else', () => {
    const dyed = withColouredTags('[warn] [info] x\n[success] y\n[other] z\n');
    expect(Bun.stripANSI(dyed)).toBe('[warn] [info] x\n[success] y\n[other] z\n');
    expect(dyed).toBe('\u001b[33m[warn]\u001b[0m [info] x\n\u001b[32m[success]\u001b[0m y\n[other] z\n');
  });
});
