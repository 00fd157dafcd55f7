/** `predict` as a process: what its options do, and that the layout of a file or the threads change no byte. */

import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { Box } from '../helpers/binary.ts';
import { fixture } from '../helpers/fixtures.ts';
import { fastaOf, recordsOf, rowsOf, TABLES, tableOf } from '../helpers/tables.ts';

const box = new Box();
const sequences = readFileSync(fixture('sequences.fa'), 'utf8');
const records = recordsOf(sequences);
let model = '';
let both = '';

const tables = (folder: string) => Object.fromEntries(TABLES.map((name) => [name, box.text(folder, name)]));
const predict = (...args: string[]) => box.ok(['predict', '--model', model, ...args]);

beforeAll(async () => {
  model = await box.bundle('bundle500', 500);
  both = await box.bundle('both', 300, 500);
  box.write('x.fa', fastaOf(records));
  await predict('x.fa', '-o', 'plain');
}, 60_000);
afterAll(() => box.remove());

describe('the same bytes', () => {
  test.each([
    ['wrapped at 60', fastaOf(records, 60)],
    ['wrapped, CRLF', fastaOf(records, 70, '\r\n')],
    ['without the last line feed', fastaOf(records).slice(0, -1)],
    ['lower case', fastaOf(records.map(([id, letters]) => [id, letters.toLowerCase()]))],
    ['as the file comes', sequences],
  ])(
    '%s',
    async (name, text) => {
      const input = box.write(`layout/${name}/x.fa`, text);
      await predict(input, '-o', `out ${name}`);
      expect(tables(`out ${name}`)).toEqual(tables('plain'));
    },
    30_000,
  );

  test.each(['1', '3', '4'])(
    '%s threads',
    async (threads) => {
      await predict('x.fa', '-o', `threads${threads}`, '-t', threads);
      expect(tables(`threads${threads}`)).toEqual(tables('plain'));
      expect(JSON.parse(box.text(`threads${threads}`, 'summary.json')).devices[0].threads).toBe(Number(threads));
    },
    30_000,
  );

  test('from standard input', async () => {
    await box.ok(['predict', '-', '--model', model, '-o', 'piped'], { stdin: fastaOf(records) });
    expect(tables('piped')).toEqual(tables('plain'));
  }, 30_000);

  test('cut into several inputs of one run, in their order', async () => {
    box.write('a.fa', fastaOf(records.slice(0, 17)));
    box.write('b.fa', fastaOf(records.slice(17)).slice(0, -1));
    box.write('none.fa', '');
    await predict('a.fa', 'none.fa', 'b.fa', '-o', 'several');
    expect(tables('several')).toEqual(tables('plain'));
    const { inputs } = JSON.parse(box.text('several', 'summary.json'));
    expect(inputs.map((input: { path: string; records: number }) => [input.path, input.records])).toEqual([
      ['a.fa', 17],
      ['none.fa', 0],
      ['b.fa', records.length - 17],
    ]);
  }, 30_000);
});

describe('names and talk', () => {
  test('results go to STEM_predictions in the current folder', async () => {
    box.write('deep/reads.v1.fasta', '>a\nATGAAATTTGGG\n');
    box.write('here/.keep', '');
    await box.ok(['predict', '../deep/reads.v1.fasta', '--model', model], { cwd: 'here' });
    expect(box.list('here', 'reads.v1_predictions')).toContain('sequences.tsv');
    expect(box.list('deep')).toEqual(['reads.v1.fasta']);
    await box.ok(['predict', '-', '--model', model], { cwd: 'here', stdin: '>a\nATGAAATTTGGG\n' });
    expect(box.list('here', 'stdin_predictions')).toContain('sequences.tsv');
  });

  test('nothing on standard output; a line per stage and the paths on standard error', async () => {
    box.write('one.fa', '>a\nATGAAATTTGGG\n');
    const { stdout, stderr } = await predict('one.fa', '-o', 'talk');
    expect(stdout).toBe('');
    for (const word of ['loading', 'reading', 'writing', 'talk: ', 'sequences.tsv']) {
      expect(stderr).toContain(word);
    }
    expect(stderr).not.toContain('\x1b');
    expect(stderr).not.toContain('\r');
  });

  test('-q says nothing, -v says more', async () => {
    expect((await predict('one.fa', '-o', 'quiet', '-q')).stderr).toBe('');
    const { stderr } = await predict('one.fa', '-o', 'verbose', '-v');
    for (const word of ['device cpu', 'sequence Worker, batches of']) expect(stderr).toContain(word);
    expect(tables('quiet')).toEqual(tables('verbose'));
  });
});

describe('results that are there already', () => {
  test('are kept without --force and replaced with it', async () => {
    await predict('one.fa', '-o', 'done');
    const before = tables('done');
    box.write('done/mine.txt', 'a file of the user');
    box.write('two.fa', '>a\nATGAAATTTGGG\n>b\nACGT\n');
    const refused = await box.run(['predict', 'two.fa', '--model', model, '-o', 'done']);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('done');
    expect(refused.stderr).toContain('--force');
    expect(tables('done')).toEqual(before);
    await predict('two.fa', '-o', 'done', '-f');
    expect(tableOf(box.text('done', 'sequences.tsv'))).toHaveLength(2);
    expect(box.text('done', 'mine.txt')).toBe('a file of the user');
  });

  test('a run that fails leaves them as they are, and nothing of its own', async () => {
    await predict('two.fa', '-o', 'kept');
    const before = [tables('kept'), box.list('kept')];
    box.write('bad.fa', 'no sequence file\n');
    const { code } = await box.run(['predict', 'bad.fa', '--model', model, '-o', 'kept', '--force']);
    expect(code).toBe(2);
    expect([tables('kept'), box.list('kept')]).toEqual(before);
  });
});

describe('options', () => {
  test('--dry-run estimates and writes nothing', async () => {
    const { stdout, stderr } = await predict('x.fa', '-o', 'dry', '--dry-run');
    expect(stdout).toBe('');
    expect(stderr).toContain(`${records.length} records`);
    expect(stderr).toMatch(/estimated time: [\d.]+ s/);
    expect(box.exists('dry')).toBe(false);
  });

  test('--min-length gives short records a row without a score', async () => {
    box.write('short.fa', '>long\nATGAAATTTGGGATGAAATTTGGG\n>short\nATGAAATTTGGG\n>none\n\n');
    await predict('short.fa', '-o', 'min', '--min-length', '13');
    expect(
      rowsOf(box.text('min', 'sequences.tsv'))
        .slice(1)
        .map((row) => row.slice(0, 9).join(' ')),
    ).toEqual([
      expect.stringMatching(/^long 24 called /),
      'short 12 too_short NA NA 0 0 0 NA',
      expect.stringMatching(/^none 0 (empty|too_short) NA NA 0 0 0 NA$/),
    ]);
    expect(JSON.parse(box.text('min', 'summary.json')).options.min_length).toBe(13);
  });

  test('-m, -e and --length choose the head; 500 is the usual one', async () => {
    const chosen: [string, string[]][] = [
      ['300', ['-m', '300']],
      ['300', ['-e', '300']],
      ['300', ['--length=300']],
      ['300', ['-m', '300', '--length', '300']],
      ['500', ['-m', '500']],
      ['500', []],
    ];
    for (const [i, [length, flags]] of chosen.entries()) {
      await box.ok(['predict', 'two.fa', '--model', both, '-o', `head${i}`, ...flags]);
      expect(String(JSON.parse(box.text(`head${i}`, 'summary.json')).model.length)).toBe(length);
    }
  }, 30_000);

  test('--batch-tokens changes batches, not what is called', async () => {
    await predict('x.fa', '-o', 'small', '--batch-tokens', '1');
    // A row alone and a row among others may differ in the last bits of a matrix product: 2e-5 is the method's promise.
    const [found, expected] = ['small', 'plain'].map((folder) => rowsOf(box.text(folder, 'prediction_results.txt')));
    expect(found!.map((row) => row.slice(0, 2))).toEqual(expected!.map((row) => row.slice(0, 2)));
    const worst = Math.max(...found!.slice(1).map((row, i) => Math.abs(Number(row[3]) - Number(expected![i + 1]![3]))));
    expect(worst).toBeLessThanOrEqual(2e-5);
  }, 30_000);
});

describe('odd input', () => {
  test('an empty file gives tables with a header only', async () => {
    box.write('empty.fa', '');
    await predict('empty.fa', '-o', 'empty');
    for (const name of TABLES) expect(rowsOf(box.text('empty', name))).toHaveLength(1);
    expect(JSON.parse(box.text('empty', 'summary.json')).counts.records).toBe(0);
  });

  test('no record vanishes, no id breaks a table or reaches the terminal raw', async () => {
    const odd =
      '>ok one\nACGTACGTACGT\n>\nACGT\n>dup\nATGAAATTTGGG\n>dup\nATGAAATTTGGG\n>tab\tin header\nACGTACGTT\n' +
      '>esc\x1b[31m\nACGTACGTT\n>empty\n\n>gap\nACG--TACG\n>rna\nAUGAAAUUUGGG\n>star\nACGT*ACGT\n>bel\x07\x7f\nACGT\n' +
      '>nul\nACG\x00TACGT\n>c1\u0085x\nACGT\n>last\nACGTACG';
    box.write('odd.fa', odd);
    const { stderr } = await predict('odd.fa', '-o', 'odd');
    const table = tableOf(box.text('odd', 'sequences.tsv'));
    expect(table.map((row) => row['sequence_id']!)).toEqual([
      ...['ok', 'unnamed_2', 'dup', 'dup', 'tab', 'esc\\x1b[31m', 'empty', 'gap', 'rna', 'star', 'bel\\x07\\x7f'],
      ...['nul', 'c1\\x85x', 'last'],
    ]);
    expect(table.find((row) => row['sequence_id'] === 'empty')!['status']).toBe('empty');
    const [rna, dna] = ['rna', 'dup'].map((id) => table.find((row) => row['sequence_id'] === id)!);
    expect({ ...rna, sequence_id: '' }).toEqual({ ...dna, sequence_id: '' });
    for (const name of [...TABLES, 'summary.json']) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
      expect(box.text('odd', name)).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/);
    }
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
    expect(stderr).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/);
    expect(stderr).toContain('U was read as T in 1 record');
    expect(stderr).toContain('no nucleotide code');
  });
});

describe('the embedded bundle', () => {
  test('is used when none is named, and the run ends with one line about it', async () => {
    const { stderr } = await box.ok(['predict', 'x.fa', '-o', 'embedded']);
    expect(stderr.match(/Model mini:/g)).toHaveLength(1);
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/info.*Model mini: .*models pull virnucpro/);
    const { model: used } = JSON.parse(box.text('embedded', 'summary.json'));
    expect(used).toMatchObject({ name: 'mini', length: 500, note: expect.stringContaining('models pull virnucpro') });
    expect(tableOf(box.text('embedded', 'sequences.tsv'))).toHaveLength(records.length);
    await box.ok(['predict', 'x.fa', '-o', 'by-name', '--model', 'mini']);
    expect(tables('by-name')).toEqual(tables('embedded'));
  }, 30_000);

  test('--quiet takes it from the terminal, not from the record', async () => {
    expect((await box.ok(['predict', 'two.fa', '-o', 'hushed', '-q'])).stderr).toBe('');
    expect(box.text('hushed', 'summary.json')).toContain('models pull virnucpro');
  });
});
