/** What a person sees in a terminal: a panel while it runs, an orderly screen after every ending. */

import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { Box } from '../helpers/binary.ts';
import { fixture } from '../helpers/fixtures.ts';
import { NO_PTY, Pty, type PtyOptions } from '../helpers/pty.ts';
import { fastaOf, recordsOf } from '../helpers/tables.ts';

const box = new Box();
let model = '';

beforeAll(async () => {
  if (NO_PTY !== undefined) return;
  model = await box.bundle('bundle500', 500);
  const records = recordsOf(readFileSync(fixture('sequences.fa'), 'utf8'));
  const rotated = (times: number) =>
    Array.from({ length: times }, (_, i) =>
      records.map(([id, letters]) => [`${i}_${id}`, letters.slice(3 * i) + letters.slice(0, 3 * i)] as const),
    ).flat();
  // Longer than any test, and a second or two.
  box.write('many.fa', fastaOf(rotated(300)));
  box.write('some.fa', fastaOf(rotated(3)));
  box.write('one.fa', '>a\nATGAAATTTGGG\n');
}, 60_000);
afterAll(() => box.remove());

const start = (args: readonly string[], options: PtyOptions = {}) => new Pty(box, args, options);
const predict = (input: string, out: string, options: PtyOptions = {}, ...more: string[]) =>
  start(['predict', input, '--model', model, '-t', '1', '-o', out, ...more], options);

/** Rows of the panel that begin so. */
const rows = (pty: Pty, word: string) => pty.seen.filter((line) => line.startsWith(word));
const hasPanel = (pty: Pty) => ['total', 'nucleotide', 'protein', 'cpu'].every((word) => rows(pty, word).length === 1);
const DEVICE_RUNS = /^cpu .*running/;

describe.skipIf(NO_PTY !== undefined)(`in a terminal${NO_PTY === undefined ? '' : ` (skipped: ${NO_PTY})`}`, () => {
  test('a panel below the log lines, and the summary in its place', async () => {
    const pty = predict('some.fa', 'whole');
    await pty.until(() => hasPanel(pty));
    expect(pty.screen.isCursorShown).toBe(false);
    const first = pty.seen;
    expect(await pty.end()).toBe(0);
    const { seen } = pty;
    const logged = first.findIndex((line) => !line.startsWith('['));
    expect(logged).toBeGreaterThan(1);
    expect(seen.slice(0, logged)).toEqual(first.slice(0, logged));
    expect(seen.filter((line) => /[█░]|^total|^cpu/.test(line))).toEqual([]);
    expect(seen.join('\n')).toContain('[success] done in ');
    expect([pty.screen.isCursorShown, pty.screen.column, pty.screen.colours > 0]).toEqual([true, 0, true]);
    expect(box.list('whole')).toContain('summary.json');
  });

  test.each([40, 80, 200])('%i columns: no line is broken', async (columns) => {
    const pty = predict('many.fa', `wide${columns}`, { columns });
    await pty.until(() => rows(pty, 'cpu').some((line) => DEVICE_RUNS.test(line)));
    expect(hasPanel(pty)).toBe(true);
    const panel = pty.seen.slice(pty.seen.findIndex((line) => line.startsWith('total')));
    expect(panel.filter((line) => Bun.stringWidth(line) > columns)).toEqual([]);
    expect(pty.text).not.toMatch(/undefined|NaN/);
    pty.type('\u0003');
    expect(await pty.end()).toBe(130);
  });

  test('resized in the middle, there is one panel, as wide as the terminal', async () => {
    const pty = predict('many.fa', 'resized', { columns: 120, rows: 40 });
    await pty.until(() => hasPanel(pty));
    const width = () => Math.max(0, ...rows(pty, 'nucleotide').map((line) => Bun.stringWidth(line)));
    for (const columns of [44, 100, 60]) {
      pty.resize(columns);
      const frames = pty.text.length;
      await pty.until(() => pty.text.slice(frames).includes('total') && hasPanel(pty) && width() <= columns);
    }
    pty.type('\u0003');
    expect(await pty.end()).toBe(130);
    expect(rows(pty, 'total')).toEqual([]);
  });

  test('Ctrl-C leaves the log lines, a cursor and no file', async () => {
    const pty = predict('many.fa', 'stopped');
    await pty.until(() => hasPanel(pty));
    pty.type('\u0003');
    expect(await pty.end()).toBe(130);
    expect(pty.seen.filter((line) => /[█░]|\^C/.test(line))).toEqual([]);
    const left = box.list('stopped').filter((name) => !name.startsWith('journal'));
    expect([pty.screen.isCursorShown, left]).toEqual([true, []]);
  });

  test('Ctrl-Z gives the shell an orderly screen; after fg the panel is back, once', async () => {
    const shell = 'set -m; "$@"; echo "it stopped"; fg > /dev/null; echo "code $?"';
    const pty = predict('many.fa', 'paused', { shell });
    await pty.until(() => hasPanel(pty));
    pty.type('\u001a');
    await pty.untilSeen('it stopped');
    const stopped = pty.seen.findIndex((line) => line.includes('it stopped'));
    expect(pty.seen.slice(0, stopped).filter((line) => /^total|^cpu|[█░]/.test(line))).toEqual([]);
    await pty.until(() => hasPanel(pty));
    expect(pty.seen.findIndex((line) => line.startsWith('total'))).toBeGreaterThan(stopped);
    pty.type('\u0003');
    await pty.end();
    expect(pty.seen.at(-1)).toBe('code 130');
    expect(pty.screen.isCursorShown).toBe(true);
  });

  test('Ctrl-S holds up the screen and not the run', async () => {
    Bun.spawnSync(['mkfifo', box.path('events')]);
    const events = Bun.spawn(['cat', box.path('events')], { stdout: 'pipe' });
    const pty = predict('some.fa', 'held', {}, '--progress-file', 'events');
    await pty.until(() => hasPanel(pty));
    pty.type('\u0013');
    // Ends when the run is done.
    expect(await new Response(events.stdout).text()).toContain('"event":"finished"');
    expect(box.list('held')).toContain('summary.json');
    expect(pty.text).not.toContain('[success]');
    pty.type('\u0011');
    expect(await pty.end()).toBe(0);
    expect(pty.seen.join('\n')).toContain('[success] done in ');
    expect(pty.seen.filter((line) => /[█░]/.test(line))).toEqual([]);
  });

  test('an error is told in the place of the panel, on a screen in order', async () => {
    box.write('broken.fq', '@good\nACGT\n+\nIIII\n@bad\nACGT\n+\nII\n');
    const pty = predict('some.fa', 'failed', {}, 'broken.fq', '--strict');
    expect(await pty.end()).toBe(2);
    expect(pty.seen.at(-1)).not.toStartWith('[');
    expect(pty.seen.join('')).toContain('broken.fq, record bad');
    expect(pty.seen.filter((line) => /[█░]/.test(line))).toEqual([]);
    expect(pty.screen.isCursorShown).toBe(true);
  });

  test.each([
    ['NO_COLOR', { NO_COLOR: '1' }, []],
    ['--color never', { FORCE_COLOR: '1' }, ['--color', 'never']],
  ])('%s: a panel without colour', async (_, env, more) => {
    const pty = predict('many.fa', 'grey', { env }, '--force', ...more);
    await pty.until(() => hasPanel(pty));
    pty.type('\u0003');
    await pty.end();
    expect(pty.screen.colours).toBe(0);
  });

  test.each([
    ['LC_ALL=C', { LC_ALL: 'C' }],
    ['TERM=linux', { TERM: 'linux' }],
  ])('%s: a panel of ASCII', async (_, env) => {
    const pty = predict('many.fa', 'ascii', { env }, '--force');
    await pty.until(() => hasPanel(pty));
    pty.type('\u0003');
    await pty.end();
    // biome-ignore lint/suspicious/noControlCharactersInRegex: all that is not ASCII
    expect(pty.text).not.toMatch(/[^\u0000-\u007f]/);
  });

  test.each([
    ['TERM=dumb', { TERM: 'dumb' }, []],
    ['CI', { CI: 'true' }, []],
    ['--progress plain', {}, ['--progress', 'plain']],
    ['VIRNUCPRO_PROGRESS=plain', { VIRNUCPRO_PROGRESS: 'plain' }, []],
  ])('%s: lines without control characters', async (_, env, more) => {
    const pty = predict('one.fa', 'plain', { env }, '--force', ...more);
    expect(await pty.end()).toBe(0);
    expect(pty.text).not.toContain('\u001b');
    expect(pty.seen.join('\n')).toContain('[success] done in ');
  });

  test('the taskbar has the percentage where the terminal shows it, and nothing afterwards', async () => {
    const pty = predict('some.fa', 'taskbar', { env: { WT_SESSION: 'a' } });
    await pty.until(() => /^1;\d+$/.test(pty.screen.taskbar ?? ''));
    expect(await pty.end()).toBe(0);
    expect(pty.screen.taskbar).toBeUndefined();
  });

  test('results on the same terminal are not written over', async () => {
    // A pipe that stays open until the panel is there, however fast the machine is.
    const pipe = box.path('records.pipe');
    expect(Bun.spawnSync(['mkfifo', pipe]).exitCode).toBe(0);
    const writer = Bun.spawn(['sh', '-c', 'cat > "$1"', 'sh', pipe], { stdin: 'pipe' });
    writer.stdin.write('>a\nATGAAATTTGGG\n>b\nACGT\n');
    await writer.stdin.flush();
    const pty = start(['validate', pipe], { columns: 200 });
    await pty.until(() => !pty.screen.isCursorShown);
    await writer.stdin.end();
    const code = await pty.end();
    box.write('records.fa', '>a\nATGAAATTTGGG\n>b\nACGT\n');
    const piped = await box.run(['validate', 'records.fa', '--progress', 'off']);
    expect([code, piped.stderr]).toEqual([piped.code, '']);
    const table = piped.stdout.trimEnd().split('\n').slice(1);
    expect(pty.seen.slice(-table.length)).toEqual(table.map((line) => line.trimEnd()));
  });

  test('without arguments: what it is, one example, and where there is more', async () => {
    const pty = start([]);
    expect(await pty.end()).toBe(0);
    expect(pty.seen.length).toBeLessThan(12);
    expect(pty.seen.filter((line) => line.includes('virnucpro predict reads.fasta'))).toHaveLength(1);
    expect(pty.seen.join('\n')).toContain('virnucpro --help');
    expect(pty.text).not.toContain('\u001b');
  });
});
