/**
 * A machine that refuses something: a full disk, a file size limit, folders that may not be written, inputs that change
 * while they are read, too little memory. Each gets one sentence that names the place, and what was computed stays.
 */

import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { Box, type Outcome } from '../helpers/binary.ts';
import { bgzip, gzip } from '../helpers/containers.ts';
import { fixture } from '../helpers/fixtures.ts';
import { asNobody } from '../helpers/nobody.ts';
import { pausedAt } from '../helpers/paused.ts';
import { expectRefusal } from '../helpers/refusal.ts';
import { onSmallDisk, smallDiskProblem } from '../helpers/small-disk.ts';
import { fastaOf, recordsOf, TABLES } from '../helpers/tables.ts';

const PRLIMIT = '/usr/bin/prlimit';

const box = new Box();
afterAll(() => box.remove());

const tablesOf = (folder: string) => TABLES.map((name) => box.text(folder, name));
const predict = (input: string, folder: string, ...more: string[]) => [
  ...['predict', input, '--model', 'bundle', '-o', folder, '--threads', '2'],
  ...more,
];

let head: [string, number][];

beforeAll(async () => {
  await box.bundle('bundle', 500);
  head = [[fixture('classifier', '500.safetensors'), 500]];
  const known = recordsOf(readFileSync(fixture('sequences.fa'), 'utf8'));
  const turned = (i: number) =>
    known.map(([id, letters]): [string, string] => [`${i}_${id}`, letters.slice(7 * i) + letters.slice(0, 7 * i)]);
  // More than 2,000 rows, since the journal of a quick run writes nothing before it has a thousand.
  box.write('some.fa', fastaOf([0, 1, 2, 3, 4, 5].flatMap(turned)));
  box.write('one.fa', fastaOf(known));
  await box.ok(predict('some.fa', 'whole'));
});

/** One sentence among what `sh` gives back of several commands. */
function expectSentence(stderr: string, ...words: string[]): void {
  const found = stderr.split('\n').find((line) => line.startsWith('virnucpro: ') && line.includes(words[0]!));
  expect(found).toBeDefined();
  for (const word of words) expect(found).toContain(word);
  expect(stderr).not.toMatch(/this is a bug|\$bunfs/);
}

describe.skipIf(smallDiskProblem !== undefined)('a full disk', () => {
  test('predict keeps what it computed, and goes on to the same bytes when there is room', async () => {
    const run = 'virnucpro predict some.fa --model bundle -o disk/out --threads 2 -q';
    const script = `${run}; echo "first $?"; ls disk/out; resize 8m; ${run} --resume; echo "then $?"; cp -r disk/out full`;
    const { stdout, stderr } = await onSmallDisk(box, '120k', script);
    expect(stdout).toBe('first 1\njournal\nthen 0\n');
    expectSentence(stderr, 'disk/out/', 'the disk is full (ENOSPC)', 'Free some space');
    expect(tablesOf('full')).toEqual(tablesOf('whole'));
    expect(JSON.parse(box.text('full', 'summary.json')).counts.resumed).toBeGreaterThan(0);
  });

  test('translate and an import leave nothing by half; the cache is named', async () => {
    const importing = box.importArguments('disk/b', { heads: head }).map((word) => `'${word}'`);
    const script = [
      'virnucpro translate some.fa --length 500 -o disk/frames -q; echo "translate $?"',
      `virnucpro ${importing.join(' ')} -q; echo "import $?"`,
      'virnucpro validate one.fa -q > disk/found; echo "validate $?"',
      'virnucpro translate some.fa --length 500 --stdout protein -q > disk/text; echo "stdout $?"; rm disk/found disk/text',
      'VIRNUCPRO_CACHE=disk/cache virnucpro predict one.fa -o none -q; echo "cache $?"',
      'find disk -type f | grep -v cache',
    ].join('\n');
    const { stdout, stderr } = await onSmallDisk(box, '64k', script);
    expect(stdout.split('\n')).toEqual(['translate 1', 'import 1', 'validate 2', 'stdout 1', 'cache 1', '']);
    expectSentence(stderr, 'disk/frames/some_identified_nucleotide.fa: cannot be written: the disk is full');
    expectSentence(stderr, 'virnucpro: disk/b: cannot be written: the disk is full');
    expectSentence(stderr, 'standard output: cannot be written: the disk is full', 'send it to another disk');
    expectSentence(stderr, 'the cache folder cannot be written: the disk is full', 'disk/cache', 'VIRNUCPRO_CACHE');
    expect(box.list('none')).toEqual([]);
  });
});
if (smallDiskProblem !== undefined) test.skip(`a full disk: ${smallDiskProblem}`, () => undefined);

describe.skipIf(!existsSync(PRLIMIT))('limits', () => {
  test.each([2000, 100_000])('files of at most %d bytes', async (bytes) => {
    const under = [PRLIMIT, `--fsize=${bytes}`];
    const out = `limited${bytes}`;
    expectRefusal(await box.run(predict('some.fa', out, '-q'), { under }), [`${out}/`, 'EFBIG', 'ulimit -f'], 1);
    expect(box.list(out)).toEqual(['journal', 'journal/run.vnj', 'journal/window-1.vnj']);
    const translate = ['translate', 'some.fa', '--length', '500', '-o', `frames${bytes}`, '-q'];
    expectRefusal(await box.run(translate, { under }), [`frames${bytes}/`, 'EFBIG'], 1);
    expect(box.list(`frames${bytes}`)).toEqual([]);
  });

  test('no file at all: nothing is left that would stand in the way', async () => {
    const under = [PRLIMIT, '--fsize=0'];
    expectRefusal(await box.run(predict('some.fa', 'nothing', '-q'), { under }), ['nothing/', 'EFBIG'], 1);
    expect(box.list('nothing').filter((path) => path !== 'journal')).toEqual([]);
    await box.ok(predict('some.fa', 'nothing', '-q'));
  });

  test('what was computed under a limit is gone on with', async () => {
    await box.ok(predict('some.fa', 'limited100000', '--resume', '-q'));
    expect(tablesOf('limited100000')).toEqual(tablesOf('whole'));
  });

  test('an address space that is too small is told before anything is begun', async () => {
    const within = (bytes: number, ...args: string[]) =>
      box.run([...args, '-q'], { under: [PRLIMIT, `--as=${bytes}`] });
    const says = ['There is not enough memory', '600 MB, and 1.0 GB are needed', 'ulimit -v'];
    expectRefusal(await within(6e8, 'translate', 'some.fa', '--length', '500', '-o', 'narrow'), says, 1);
    expectRefusal(await within(6e8, 'validate', 'some.fa'), says, 1);
    expectRefusal(await within(2e9, ...predict('some.fa', 'narrow')), ['2.0 GB, and 4.0 GB are needed'], 1);
    expectRefusal(await within(2e9, 'devices', '--verify'), ['2.0 GB, and 4.0 GB are needed'], 1);
    expect(box.list('narrow')).toEqual([]);
    await box.ok(['translate', 'some.fa', '--length', '500', '-o', 'narrow', '-q'], {
      under: [PRLIMIT, '--as=1100000000'],
    });
  });
});

describe('no permission', () => {
  const nobody = asNobody(box);
  const { env, under = [] } = nobody;
  const run = (...args: string[]): Promise<Outcome> => box.run(args, { env, under });

  test.skipIf(nobody.under === undefined)('where something is to be written', async () => {
    mkdirSync(box.path('closed'));
    chmodSync(box.path('closed'), 0o555);
    const cannot = ['no permission to write here (EACCES)', '--output'];
    expectRefusal(await run(...predict('one.fa', 'closed/out', '-q')), ['closed/out', ...cannot], 1);
    expectRefusal(await run(...predict('one.fa', 'closed', '-q')), ['closed', ...cannot], 1);
    const translate = ['translate', 'one.fa', '--length', '500', '-q', '-o'];
    expectRefusal(await run(...translate, 'closed/frames'), ['closed/frames', ...cannot], 1);
    expectRefusal(await run(...box.importArguments('closed/b', { heads: head }), '-q'), ['closed/b', ...cannot], 1);
    const events = predict('one.fa', 'tmp/out', '--progress-file', 'closed/events');
    expectRefusal(await run(...events), ['closed/events', 'EACCES', '--progress-file'], 1);
    expect(box.list('closed')).toEqual([]);
  });

  test.skipIf(nobody.under === undefined)('for the cache, with the reason', async () => {
    const at = (cache: string) =>
      box.run(['predict', 'one.fa', '-o', 'tmp/out'], { env: { VIRNUCPRO_CACHE: cache }, under });
    expectRefusal(await at('closed/cache'), ['closed/cache', 'no permission', 'VIRNUCPRO_CACHE'], 1);
    expectRefusal(await at('one.fa'), ['one.fa', 'something else has this name', 'VIRNUCPRO_CACHE'], 1);
    expectRefusal(await at('one.fa/x'), ['one.fa/x', 'a part of the path is a file', 'VIRNUCPRO_CACHE'], 1);
    const homeless = { VIRNUCPRO_CACHE: undefined, HOME: '/nonexistent', TMPDIR: '/nonexistent' };
    const outcome = await box.run(['predict', 'one.fa', '-o', 'tmp/out'], { env: homeless, under });
    expectRefusal(outcome, ['/nonexistent/.cache/virnucpro', 'VIRNUCPRO_CACHE'], 1);
  });
});

describe('an input that changes while it is read', () => {
  const CHANGES: Readonly<Record<string, readonly [(path: string) => void, string]>> = {
    grows: [(path) => appendFileSync(path, readFileSync(path).subarray(0, 999)), 'the file grew while it was read'],
    shrinks: [(path) => truncateSync(path, 9000), 'the file shrank while it was read'],
    'is written to': [
      (path) => writeFileSync(path, readFileSync(path).fill('C', 9000, 9100)),
      'the file was written to while it was read',
    ],
    'is replaced': [
      (path) => {
        copyFileSync(box.path('one.fa'), `${path}.new`);
        renameSync(`${path}.new`, path);
      },
      'another file was put in its place while it was read',
    ],
    'is removed': [(path) => rmSync(path), 'the file was removed before it was read'],
  };
  const fastq = (text: string) =>
    recordsOf(text)
      .map(([id, letters]) => `@${id}\n${letters}\n+\n${'I'.repeat(letters.length)}\n`)
      .join('');

  /** Never written before, with a time long ago. */
  function input(form: string): string {
    const text = box.text('some.fa');
    const content: Readonly<Record<string, () => string | Uint8Array>> = {
      FASTA: () => text,
      FASTQ: () => fastq(text),
      gzip: () => gzip(Buffer.from(text)),
      bgzip: () => bgzip(Buffer.from(text), 9000),
    };
    const path = box.write('changing', content[form]!());
    utimesSync(path, 9, 9);
    return path;
  }

  const cases = [
    ...['FASTA', 'FASTQ', 'gzip', 'bgzip'].flatMap((form) => [
      ['predict', form, 'grows'],
      ['predict', form, 'shrinks'],
    ]),
    ...['is written to', 'is replaced', 'is removed'].map((change) => ['predict', 'FASTA', change]),
    ...['grows', 'shrinks', 'is written to'].flatMap((change) => [['translate', 'FASTA', change]]),
    ...[
      ['translate', 'gzip', 'shrinks'],
      ['validate', 'FASTQ', 'shrinks'],
      ['validate', 'FASTA', 'grows'],
    ],
  ] as [string, string, string][];
  test.each(cases)('%s: %s that %s', async (command, form, change) => {
    const path = input(form);
    const [act, sentence] = CHANGES[change]!;
    const args: Readonly<Record<string, readonly string[]>> = {
      predict: predict('changing', 'changed', '--strict', '--force'),
      translate: ['translate', 'changing', '--length', '500', '-o', 'changed', '--force'],
      validate: ['validate', 'changing'],
    };
    rmSync(box.path('changed'), { recursive: true, force: true });
    const { code, stderr } = await pausedAt(box, [...args[command]!, '--progress', 'json'], '"started"', () =>
      act(path),
    );
    const last = JSON.parse(stderr.trimEnd().split('\n').at(-1)!);
    expect([code, last.event]).toEqual([2, 'failed']);
    expect(last.message).toStartWith(`virnucpro: changing: ${sentence}`);
    expect(stderr).not.toContain('record_failed');
    expect(box.list('changed').filter((name) => !name.startsWith('journal'))).toEqual([]);
  });

  test('is no matter once it was read', async () => {
    const path = input('FASTA');
    const args = predict('changing', 'later', '--progress', 'json');
    // By then a window is with the devices, and the only one there is ends with the file.
    const { code, stderr } = await pausedAt(box, args, '"checkpoint"', () => appendFileSync(path, '>more\nACGT\n'));
    expect(code).toBe(0);
    expect(stderr).toContain('changing changed after it was read');
    expect(tablesOf('later')).toEqual(tablesOf('whole'));
  });

  test('what was done before stays: the run goes on with what the file has become', async () => {
    const RECORDS = 40_000;
    // No frame in it, and more than fits between those who read and those who compute.
    const record = (i: number) => `>r${i}\n${'TAACTAACTAATTAGTTAGTTA'.repeat(40)}\n`;
    const path = box.write('long.fa', Array.from({ length: RECORDS }, (_, i) => record(i)).join(''));
    const args = predict('long.fa', 'grown', '--progress', 'json');
    const { code, stderr } = await pausedAt(box, args, '"window":1,', () => appendFileSync(path, record(RECORDS)));
    expect(code).toBe(2);
    expect(stderr).toContain('the file grew while it was read');
    expect(box.list('grown').some((name) => name.startsWith('journal/'))).toBe(true);
    await box.ok(predict('long.fa', 'grown', '--resume'));
    const { counts } = JSON.parse(box.text('grown', 'summary.json'));
    expect(counts.records).toBe(RECORDS + 1);
    expect(counts.resumed).toBeGreaterThan(0);
  });
});

describe('sentences', () => {
  test('a folder for events that is not there', async () => {
    const { code, stderr } = await box.run(predict('one.fa', 'none', '--progress-file', 'absent/events'));
    expect(code).toBe(1);
    expect(stderr).toContain('absent/events: cannot be written: there is no such folder (ENOENT). Make it or choose');
  });

  test('a model that is not there', async () => {
    const outcome = await box.run(['models', 'verify', 'nope']);
    expectRefusal(outcome, ['There is no model nope', 'Give a name that "virnucpro models list" shows']);
    expect(outcome.stderr).not.toContain('--model');
  });

  test('weights that are rubbish behind right hashes', async () => {
    const name = 'protein-00001.bin';
    Bun.spawnSync(['cp', '-r', 'bundle', 'rubbish'], { cwd: box.folder });
    const bytes = box.bytes('rubbish', name).map((byte, i) => (7 * byte + i) & 255);
    const { files, ...rest } = JSON.parse(box.text('rubbish', 'manifest.json'));
    const sha256 = new Bun.CryptoHasher('sha256').update(bytes).digest('hex');
    const listed = files.map((file: { path: string }) => (file.path === name ? { ...file, sha256 } : file));
    box.write(`rubbish/${name}`, bytes);
    box.write('rubbish/manifest.json', JSON.stringify({ ...rest, files: listed }));
    const outcome = await box.run(['predict', 'one.fa', '--model', './rubbish', '-o', 'none', '-q']);
    expectRefusal(outcome, ['record ', 'a score that is no number', 'virnucpro models verify']);
  });

  test('a finished run whose input is gone', async () => {
    expectRefusal(await box.run(predict('gone.fa', 'whole', '--resume')), ['gone.fa', 'there is no such file']);
  });

  test('two imports of one name', async () => {
    const importing = box.importArguments('twins', { heads: head });
    const both = await Promise.all([box.run([...importing, '-q']), box.run([...importing, '-q'])]);
    const [won, lost] = both.sort((a, b) => a.code - b.code);
    expect(won!.code).toBe(0);
    expectRefusal(lost!, ['twins: the output folder exists already', 'Choose another name']);
    expect(box.list('.').filter((name) => name.includes('partial'))).toEqual([]);
  });
});
