import { describe, expect, test } from 'bun:test';
import { parseArguments } from './arguments.ts';
import { PREDICT } from './flags.ts';
import { predictPlan, stem } from './plan.ts';

const plan = (...argv: string[]) => predictPlan(parseArguments(PREDICT, argv));

test.each([
  ['reads.fa', 'reads'],
  ['/data/run.1/reads.v2.fasta', 'reads.v2'],
  ['C:\\data\\reads.fna', 'reads'],
  ['x.fa.gz', 'x'],
  ['x.fastq.zst', 'x'],
  ['x.fa.bgz', 'x'],
  ['x.fa.fa', 'x.fa'],
  ['x.gz.gz', 'x.gz'],
  ['x.txt', 'x.txt'],
  ['x.FA', 'x.FA'],
  ['-', 'stdin'],
])('the stem of %s is %s', (input, expected) => expect(stem(input)).toBe(expected));

describe('predictPlan', () => {
  test('defaults', () => {
    expect(plan('a/reads.fa', 'b.fa')).toMatchObject({
      inputs: ['a/reads.fa', 'b.fa'],
      output: 'reads_predictions',
      model: undefined,
      length: undefined,
      minimumLength: 0,
      batchTokens: 4096,
      saveEmbeddings: false,
      verifyBundle: false,
      dryRun: false,
      force: false,
    });
    expect(plan('x').threads).toBeGreaterThanOrEqual(1);
  });

  test('what was typed', () => {
    const typed = [
      'x',
      '-o',
      'out',
      '--model',
      'm',
      '-e',
      '300',
      '-t',
      '3',
      '--min-length',
      '9',
      '--batch-tokens',
      '1',
    ];
    expect(plan(...typed, '-n', '-f', '--save-embeddings', '--verify-bundle')).toEqual({
      inputs: ['x'],
      output: 'out',
      model: 'm',
      length: 300,
      threads: 3,
      minimumLength: 9,
      batchTokens: 1,
      saveEmbeddings: true,
      verifyBundle: true,
      dryRun: true,
      force: true,
    });
  });

  test('-m is another way to say --length', () => {
    expect(plan('x', '-m', '300').length).toBe(300);
    expect(plan('x', '-m', '300', '--length', '300').length).toBe(300);
    expect(() => plan('x', '-m', '300', '--length', '500')).toThrow('contradict');
    expect(() => plan('x', '-m', 'esm2')).toThrow('to choose a bundle use --model esm2');
    expect(() => plan('x', '-m', '0')).toThrow('at least 1');
  });

  test('an input must be named, numbers must be possible', () => {
    expect(() => plan()).toThrow('No input was named');
    for (const flag of ['--threads', '--length', '--batch-tokens']) expect(() => plan('x', flag, '0')).toThrow(flag);
    expect(plan('x', '--min-length', '0').minimumLength).toBe(0);
  });
});
