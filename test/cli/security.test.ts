/**
 * What the executable does to a machine besides its results: nothing. No file elsewhere, no other program, no connection;
 * and no name in the input can drive a table or a terminal. SECURITY.md lists these promises.
 */

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { readFileSync, rmSync, statSync } from 'node:fs';
import { relative } from 'node:path';
import { stubLibrary } from '../../src/runtime/stub-library.ts';
import { Box, type Outcome } from '../helpers/binary.ts';
import { fixture } from '../helpers/fixtures.ts';
import { isWithin, tracingProblem, watched } from '../helpers/system-calls.ts';

const FASTA = '>a\nATGAAATTTGGGATGAAATTTGGG\n>b\nATGAAATTTGGG\n';
const problem = tracingProblem();
const skipped = problem === undefined ? '' : ` (skipped: ${problem})`;
/** Instructions that end the process with SIGILL. */
const ILLEGAL = { x64: Uint8Array.of(0x0f, 0x0b), arm64: new Uint8Array(4) } as const;
const machine = process.arch === 'x64' || process.arch === 'arm64' ? process.arch : undefined;

const box = new Box();
const cache = box.path('cache');
const env = { VIRNUCPRO_CACHE: cache, XDG_DATA_HOME: box.path('data') };

beforeAll(() => {
  box.write('x.fa', FASTA);
  box.write('mine/notes.txt', 'mine');
  for (const name of ['home/.profile', 'tmp/other', 'data/other']) box.write(name, name);
});
afterAll(() => box.remove());

interface Task {
  readonly name: string;
  readonly args: readonly string[];
  /** Below the box, what it may write to besides the cache. */
  readonly output?: string;
  /** Name below the box under which the output is made, before it is renamed. */
  readonly making?: RegExp;
}

const head = [[fixture('classifier', '500.safetensors'), 500]] as const;
const TASKS: readonly Task[] = [
  { name: 'predict', args: ['predict', 'x.fa', '-o', 'out'], output: 'out' },
  { name: 'predict, everything', args: ['predict', 'x.fa', '-o', 'all', '--save-embeddings', '-v'], output: 'all' },
  { name: 'predict, to try', args: ['predict', 'x.fa', '-n'] },
  { name: 'translate', args: ['translate', 'x.fa', '-o', 'frames', '--chunks'], output: 'frames' },
  { name: 'validate', args: ['validate', 'x.fa', '--json'] },
  { name: 'devices', args: ['devices', '--verify'] },
  {
    name: 'models import',
    args: box.importArguments('bundle', { heads: head }),
    output: 'bundle',
    making: /^\.bundle\.\d+\.partial$/,
  },
  { name: 'models verify', args: ['models', 'verify', 'mini'] },
  { name: 'models list', args: ['models', 'list'] },
  { name: 'models path', args: ['models', 'path'] },
  { name: 'runtime list', args: ['runtime', 'list'] },
  { name: '--version', args: ['--version', '--verbose'] },
  { name: 'a mistake', args: ['predict', 'absent.fa', '-o', 'none'] },
];

/** Path below the box -> its content, or that it is a folder. */
function snapshot(): ReadonlyMap<string, string> {
  const paths = box.list().filter((path) => !/^(cache(\/|$)|trace\.log$|virnucpro$)/.test(path));
  return new Map(paths.map((path) => [path, contentOf(box.path(path))]));
}

function contentOf(path: string): string {
  return statSync(path).isDirectory() ? 'a folder' : Bun.hash(readFileSync(path)).toString();
}

function fail(outcome: Outcome): string {
  return `exit ${outcome.code}: ${outcome.stderr}`;
}

describe.each(TASKS)('$name', ({ name, args, output, making }) => {
  const expected = name === 'a mistake' ? 2 : 0;
  afterEach(() => {
    if (output !== undefined) rmSync(box.path(output), { recursive: true, force: true });
  });

  const isOutput = (path: string): boolean => {
    const [top = ''] = relative(box.folder, path).split('/');
    return isWithin(path, output === undefined ? [cache] : [cache, box.path(output)]) || making?.test(top) === true;
  };

  test('leaves nothing anywhere else: home, temp folder, current folder', async () => {
    const before = snapshot();
    const outcome = await box.run(args, { env });
    expect([outcome.code, fail(outcome)]).toEqual([expected, fail(outcome)]);
    const after = snapshot();
    for (const [path, content] of before) expect([path, after.get(path)]).toEqual([path, content]);
    const made = [...after.keys()].filter((path) => !before.has(path));
    expect(made.filter((path) => output === undefined || (path !== output && !path.startsWith(`${output}/`)))).toEqual(
      [],
    );
    if (output !== undefined) expect(made).toContain(output);
  });

  test.skipIf(problem !== undefined)(
    `writes to no other path, starts no other program, opens no socket${skipped}`,
    async () => {
      const seen = await watched(box, args, { env });
      expect([seen.code, fail(seen)]).toEqual([expected, fail(seen)]);
      expect(seen.changed.filter((path) => path !== '/dev/null' && !isOutput(path))).toEqual([]);
      expect(new Set(seen.started)).toEqual(new Set([box.binary]));
      expect(seen.sockets).toEqual([]);
    },
  );

  test.skipIf(machine === undefined || process.platform !== 'linux')(
    'runs where a call of socket or connect is the end',
    async () => {
      const outcome = await box.run(args, { env: { ...env, LD_PRELOAD: deadly() } });
      expect([outcome.code, fail(outcome)]).toEqual([expected, fail(outcome)]);
    },
  );
});

/** A library whose sockets end the process. */
function deadly(): string {
  if (machine === undefined) throw new Error(`no stub for ${process.arch}`);
  const code = ILLEGAL[machine];
  const names = ['socket', 'connect', 'getaddrinfo'];
  const functions = Object.fromEntries(names.map((name) => [name, code]));
  return box.write('deadly.so', stubLibrary({ soname: 'deadly.so', machine, functions }));
}

describe('what watches would see it', () => {
  const connects = ['/bin/bash', '-c', 'exec 3<>/dev/tcp/127.0.0.1/1; echo x > elsewhere; exec /bin/true'];

  test.skipIf(problem !== undefined)(`a connection, a file, a program${skipped}`, async () => {
    const seen = await watched(box, [], { program: connects });
    expect(seen.sockets.join('\n')).toContain('127.0.0.1');
    expect(seen.changed).toContain(box.path('elsewhere'));
    expect(seen.started).toContain('/bin/true');
  });

  test.skipIf(machine === undefined || process.platform !== 'linux')('a call that ends the process', async () => {
    const child = Bun.spawn(connects, { env: { LD_PRELOAD: deadly() }, cwd: box.folder, stderr: 'ignore' });
    await child.exited;
    expect(child.signalCode).toBe('SIGILL');
  });
});

describe('names in the input', () => {
  const NASTY = [
    ['two\twords', 'two'],
    ['\x1b[2J\x1b]0;title\x07red', '\\x1b[2J\\x1b]0;title\\x07red'],
    ['a\x0bb\x0cc\x85d', 'a\\x0bb'],
    ['c1\xc2\x9b31m', 'c1\\x9b31m'],
    ['<script>alert(1)</script>', '<script>alert(1)</script>'],
    ['<img/src=x/onerror=alert(1)>', '<img/src=x/onerror=alert(1)>'],
    ['"quoted","csv"', '"quoted","csv"'],
    ['back\\tslash\\n', 'back\\tslash\\n'],
    ['carriage\rreturn', 'carriage\\x0dreturn'],
    ['\x00zero', '\\x00zero'],
    ['\xe2\x80\xae\xe2\x80\xa8rtl', '\u202e\u2028rtl'],
  ] as const;

  const fasta = NASTY.map(([name]) => `>${name}\nATGAAATTTGGGATGAAATTTGGG\n`).join('');
  const latin1 = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
  const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/;

  beforeAll(() => {
    box.write('nasty.fa', latin1(fasta));
    box.write('nasty.fq', latin1(NASTY.map(([name]) => `@${name}\nACGT\n+\nII\n`).join('')));
  });

  test('break no table: as many fields in each row as there are columns, one row for each record', async () => {
    await box.ok(['predict', 'nasty.fa', '-o', 'nasty'], { env });
    for (const name of box.list('nasty')) {
      const text = box.text('nasty', name);
      expect([name, CONTROLS.exec(text)?.[0]]).toEqual([name, undefined]);
      if (!/\.(tsv|txt)$/.test(name)) continue;
      const [header = '', ...rows] = text.trimEnd().split('\n');
      for (const row of rows) expect([row, row.split('\t').length]).toEqual([row, header.split('\t').length]);
    }
    const rows = box.text('nasty', 'sequences.tsv').trimEnd().split('\n').slice(1);
    expect(rows.length).toBe(NASTY.length);
    for (const [i, [, id]] of NASTY.entries()) expect(rows[i]!.split('\t')[0]).toStartWith(id);
  });

  test('reach a terminal, events and frames with no control character', async () => {
    for (const progress of ['plain', 'json']) {
      const args = ['-o', `broken_${progress}`, '-v', '--progress', progress, '--progress-file', 'events.ndjson'];
      const outcome = await box.run(['predict', 'nasty.fq', ...args], { env });
      expect([outcome.code, fail(outcome)]).toEqual([3, fail(outcome)]);
      expect(outcome.stderr).not.toMatch(CONTROLS);
      const events = box.text('events.ndjson');
      expect(events).not.toMatch(CONTROLS);
      for (const line of events.trimEnd().split('\n')) expect(typeof JSON.parse(line)).toBe('object');
    }
    await box.ok(['translate', 'nasty.fa', '-o', 'nasty_frames'], { env });
    for (const name of box.list('nasty_frames')) expect(box.text('nasty_frames', name)).not.toMatch(CONTROLS);
    const validated = await box.run(['validate', 'nasty.fq'], { env });
    expect(validated.stdout + validated.stderr).not.toMatch(CONTROLS);
  });
});
