/** What a person does wrong gets one sentence that names it: never a stack, never results, never a changed file. */

import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { chmodSync } from 'node:fs';
import { Box } from '../helpers/binary.ts';
import { fixture } from '../helpers/fixtures.ts';
import { asNobody } from '../helpers/nobody.ts';
import { expectRefusal } from '../helpers/refusal.ts';

const box = new Box();
const FASTA = '>a\nATGAAATTTGGG\n';
let model = '';

beforeAll(async () => {
  model = await box.bundle('bundle500', 500);
  box.write('good.fa', FASTA);
  box.write('folder/x.fa', FASTA);
  box.write('x.fa.bz2', 'BZh91AY&SY');
  box.write('misnamed.fa', 'BZh91AY&SY');
  box.write('text.fa', 'this is not a sequence file\n');
  box.write('late.fa', `${FASTA.repeat(3)}@b\n`);
  box.write('plain_file', 'a file');
}, 60_000);
afterAll(() => box.remove());

describe('inputs', () => {
  test.each([
    ['an absent file', ['absent.fa'], ['absent.fa', 'no such file']],
    ['a folder', ['folder'], ['folder', 'this is a folder']],
    ['a path through a file', ['good.fa/x.fa'], ['good.fa/x.fa']],
    ['a bzip2 file', ['x.fa.bz2'], ['x.fa.bz2', 'bzip2 -d']],
    ['a bzip2 file under another name', ['misnamed.fa'], ['misnamed.fa', 'bzip2']],
    ['text', ['text.fa'], ['text.fa', 'line 1']],
    ['standard input twice', ['-', '-'], ['twice']],
    ['the second of two', ['good.fa', 'absent.fa'], ['absent.fa']],
    ['no input', [], ['No input']],
  ])('%s', async (_, inputs, says) => {
    expectRefusal(await box.run(['predict', ...inputs, '--model', model, '-o', 'out']), says);
    expect(box.list('out')).toEqual([]);
  });

  test('a file without permission', async () => {
    const path = box.write('secret.fa', FASTA);
    chmodSync(path, 0);
    const { env, under } = asNobody(box);
    if (under === undefined) return;
    expectRefusal(await box.run(['predict', 'secret.fa', '-o', 'tmp/out'], { env, under }), [
      'secret.fa',
      'may not be',
    ]);
  });
});

describe('flags', () => {
  const cases: [string, string[], string[]][] = [
    ['a slip in a flag', ['good.fa', '--treads', '2'], ['--treads', '--threads']],
    ['a flag that is none', ['good.fa', '--wibble'], ['--wibble', '--help']],
    ['a letter that is none', ['good.fa', '-z'], ['-z']],
    ['a flag of a later version', ['good.fa', '--report', 'x.html'], ['--report']],
    ['a device that is none', ['good.fa', '--device', 'gpu7'], ['gpu7', 'virnucpro devices']],
    ['arithmetic that the weights do not have', ['good.fa', '--precision', 'fp16'], ['fp16', 'fp32']],
    ['a flag in the place of a value', ['good.fa', '--threads'], ['--threads', 'needs a value (N)']],
    ['a switch in the place of a value', ['good.fa', '--min-length', '--force'], ['--min-length', 'needs a value']],
    ['a letter in the place of a value', ['good.fa', '-t', '-f'], ['-t', 'needs a value (N)']],
    ['a value for a switch', ['good.fa', '--force=yes'], ['--force', 'yes']],
    ['no number', ['good.fa', '--threads', 'four'], ['--threads', 'four']],
    ['a number too small', ['good.fa', '-t', '0'], ['0', 'at least 1']],
    ['a fraction', ['good.fa', '--length', '1.5'], ['--length', '1.5']],
    ['a negative number', ['good.fa', '--min-length=-1'], ['--min-length', '-1']],
    ['a flag twice', ['good.fa', '-t', '1', '-t', '2'], ['-t', 'twice']],
    ['a length without a head', ['good.fa', '--length', '300'], ['300', '500', 'bundle500']],
    ['-m with a name', ['good.fa', '-m', 'esm'], ['-m', 'esm', '--model']],
    ['two lengths', ['good.fa', '-m', '300', '-e', '500'], ['300', '500', 'contradict']],
  ];
  test.each(cases)('%s', async (_, args, says) => {
    expectRefusal(await box.run(['predict', ...args, '--model', model, '-o', 'flagged']), says);
    expect(box.exists('flagged', 'sequences.tsv')).toBe(false);
  });

  test('a missing value at the end', async () => {
    expectRefusal(await box.run(['predict', 'good.fa', '-o']), ['-o', 'needs a value (DIR)']);
  });

  test('behind = a value may begin with a dash', async () => {
    await box.ok(['predict', 'good.fa', '--model', model, '--output=--odd name']);
    expect(box.list('--odd name')).toContain('sequences.tsv');
  });

  test('an unknown bundle', async () => {
    expectRefusal(await box.run(['predict', 'good.fa', '--model', 'no_such_bundle']), [
      'no_such_bundle',
      'models list',
    ]);
    expectRefusal(await box.run(['predict', 'good.fa', '--model', 'virnucpro']), ['models pull virnucpro']);
    expectRefusal(await box.run(['predict', 'good.fa', '--model', box.path('folder')]), [box.path('folder')]);
    expect(box.exists('good_predictions')).toBe(false);
  });

  test('an output folder that is a file, or lies below one', async () => {
    expectRefusal(await box.run(['predict', 'good.fa', '-o', 'plain_file']), ['plain_file', '--output']);
    expectRefusal(await box.run(['predict', 'good.fa', '-o', 'plain_file/x']), ['plain_file/x', '--output']);
    expect(box.text('plain_file')).toBe('a file');
  });

  test('a name with control characters reaches the terminal escaped', async () => {
    const outcome = await box.run(['predict', 'a\x1b[31m.fa', '--model', model]);
    expectRefusal(outcome, ['a\\x1b[31m.fa']);
  });
});

describe('commands', () => {
  test.each([
    ['a slip', ['predikt', 'x.fa'], ['predikt', 'predict']],
    ['a word that is none', ['xyzzy'], ['xyzzy', '--help']],
    ['half a command', ['models'], ['models', 'models import']],
    ['half a command with a wrong half', ['models', 'improt'], ['models improt', 'models import']],
    ['a slip in a flag of none', ['--versoin'], ['--versoin', '--version']],
  ])('%s', async (_, args, says) => {
    expectRefusal(await box.run(args), says);
  });

  test('an import without its parts', async () => {
    const required = ['--output', '--protein', '--nucleotide', '--classifier'];
    const whole = box.importArguments('b', { heads: [[fixture('classifier', '500.safetensors'), 500]] });
    for (const flag of required) {
      const at = whole.indexOf(flag === '--output' ? '-o' : flag);
      expectRefusal(await box.run(whole.filter((_, i) => i !== at && i !== at + 1)), [flag]);
    }
    expectRefusal(await box.run([...whole, 'word']), ['word', 'flags only']);
    expect(box.exists('b')).toBe(false);
  });
});
