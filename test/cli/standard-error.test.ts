/** What is told, and readers of standard error that are slow, gone, or want nothing else on it. */

import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { Box } from '../helpers/binary.ts';
import { eventsOf } from '../helpers/told-events.ts';

const box = new Box();
const BAD_RECORDS = 3000;

beforeAll(() => {
  box.write('one.fa', '>a\nATGAAATTTGGG\n');
  // Each bad record is told: more than a pipe holds.
  const bad = Array.from({ length: BAD_RECORDS }, (_, i) => `@bad${i}\nACGT\n+\nII\n`).join('');
  box.write('bad.fq', `@good\nACGT\n+\nIIII\n${bad}`);
});
afterAll(() => box.remove());

const translate = (...args: string[]) => ['translate', 'bad.fq', '-o', 'out', '--force', ...args];

/** By a shell, in which "$@" is the executable with its arguments. */
async function underShell(script: string, args: readonly string[]): Promise<string> {
  const child = Bun.spawn(['/bin/bash', '-c', script, 'bash', box.binary, ...args], {
    ...{ cwd: box.folder, env: { ...box.env }, stdout: 'pipe', stderr: 'pipe' },
  });
  const [text] = await Promise.all([new Response(child.stdout).text(), child.exited]);
  return text;
}

describe('a reader', () => {
  test('that is slow gets everything, whole and in order', async () => {
    // The shell reads byte by byte.
    const script = 'set -o pipefail; "$@" 2>&1 >/dev/null | while read -r line; do echo "$line"; done; echo "code $?"';
    const lines = (await underShell(script, translate('--progress', 'json'))).trimEnd().split('\n');
    expect(lines.pop()).toBe('code 3');
    const events = eventsOf(lines.join('\n'));
    expect(events.filter(({ event }) => event === 'record_failed')).toHaveLength(BAD_RECORDS);
    expect([events[0]?.event, events.at(-1)?.event]).toEqual(['started', 'finished']);
  });

  test('that goes away ends nothing', async () => {
    const script = '"$@" 2> >(head -c 10 > /dev/null); echo "code $?"';
    expect(await underShell(script, translate('--verbose'))).toBe('code 3\n');
    expect(box.list('out').length).toBeGreaterThan(0);
  });

  test('that never reads ends nothing and holds up nothing for long', async () => {
    const script = 'rm -f full && mkfifo full && exec 5<>full; "$@" 2> full; echo "code $?"';
    expect(await underShell(script, translate('--progress', 'json'))).toBe('code 3\n');
    expect(box.list('out').length).toBeGreaterThan(0);
  });

  test('of a file behind other text keeps that text', async () => {
    const script = 'echo before > log; "$@" 2>> log; cat log';
    const text = await underShell(script, ['translate', 'one.fa', '-o', 'one', '--force']);
    expect(text).toStartWith('before\n[info] virnucpro ');
    expect(text).toContain('[success] done in ');
  });
});

describe('errors', () => {
  test.each([
    ['an input that is not there', ['translate', 'none.fa'], 'none.fa: there is no such file'],
    ['a flag with a wrong value', ['translate', 'one.fa', '--length', 'x'], '--length x is not a whole number'],
  ])('in JSON are an event and nothing else: %s', async (_, args, says) => {
    const { code, stderr } = await box.run([...args, '--progress', 'json']);
    const events = eventsOf(stderr);
    expect(events.at(-1)).toMatchObject({ event: 'failed', exit_code: 2 });
    expect(events.at(-1)?.message).toStartWith('virnucpro: ');
    expect(events.at(-1)?.message).toContain(says);
    expect(code).toBe(2);
  });

  test.each([['--quiet'], ['--progress=off'], ['--progress=plain']])('%s tells them to a person', async (flag) => {
    const { code, stderr } = await box.run(['translate', 'none.fa', flag]);
    expect([code, stderr.split('\n').length]).toEqual([2, 2]);
    expect(stderr).toStartWith('virnucpro: none.fa: there is no such file');
  });

  test.each([
    [['--progress', 'fancy'], {}, '--progress fancy is not known'],
    [['--color', 'yes'], {}, '--color yes is not known'],
    [['--progress', 'tty'], {}, '--progress tty needs a terminal'],
    [[], { VIRNUCPRO_PROGRESS: 'fancy' }, 'VIRNUCPRO_PROGRESS=fancy is not known'],
  ])('%j %j', async (args, env, says) => {
    const { code, stderr, stdout } = await box.run(['translate', 'one.fa', ...args], { env });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toStartWith(`virnucpro: ${says}`);
    expect(box.exists('one_frames')).toBe(false);
  });
});

describe('what is shown', () => {
  const one = ['translate', 'one.fa', '-o', 'one', '--force'];

  test.each([[['--quiet']], [['--progress', 'off']], [['--quiet', '--progress', 'json']]])(
    '%j: nothing',
    async (flags) => {
      expect((await box.ok([...one, ...flags])).stderr).toBe('');
    },
  );

  test('a file of events beside it, whatever is shown', async () => {
    for (const flags of [['--quiet'], ['--progress', 'json'], []]) {
      const { stderr } = await box.ok([...one, '--progress-file', 'events.ndjson', ...flags]);
      const events = eventsOf(box.text('events.ndjson'));
      expect([events[0]?.event, events.at(-1)?.event]).toEqual(['started', 'finished']);
      expect(stderr === '').toBe(flags[0] === '--quiet');
    }
    const failed = await box.run(['translate', 'none.fa', '--progress-file', 'events.ndjson']);
    expect(eventsOf(box.text('events.ndjson')).map(({ event }) => event)).toEqual(['failed']);
    expect(failed.stderr).toStartWith('virnucpro: none.fa');
  });

  test('an input is not taken for the file of events', async () => {
    const { code, stderr } = await box.run([...one, '--progress-file', 'one.fa']);
    expect([code, stderr]).toEqual([
      2,
      'virnucpro: one.fa: is there already and holds no events. Choose another name for --progress-file.\n',
    ]);
    expect(box.text('one.fa')).toBe('>a\nATGAAATTTGGG\n');
  });

  test('lines in colour only for those who ask', async () => {
    const colours = async (flags: readonly string[], env: Readonly<Record<string, string>>) =>
      (await box.ok([...one, ...flags], { env })).stderr.includes('\u001b[');
    expect(await colours([], {})).toBe(false);
    expect(await colours([], { FORCE_COLOR: '1' })).toBe(true);
    expect(await colours(['--color', 'always'], { NO_COLOR: '1' })).toBe(true);
    expect(await colours([], { FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(false);
  });
});
