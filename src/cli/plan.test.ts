import { describe, expect, test } from 'bun:test';
import { parseArguments } from './arguments.ts';
import { PREDICT, TRANSLATE, VALIDATE } from './flags.ts';
import { predictPlan, stem, translatePlan, validatePlan } from './plan.ts';

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
      strict: false,
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
    expect(plan(...typed, '-n', '-f', '--save-embeddings', '--verify-bundle', '--strict')).toEqual({
      inputs: ['x'],
      output: 'out',
      model: 'm',
      length: 300,
      devices: { devices: 'auto', arithmetic: undefined, trusted: [], hangSeconds: 300 },
      threads: 3,
      minimumLength: 9,
      batchTokens: 1,
      saveEmbeddings: true,
      verifyBundle: true,
      dryRun: true,
      strict: true,
      resume: false,
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

describe('translatePlan', () => {
  const translate = (...argv: string[]) => translatePlan(parseArguments(TRANSLATE, argv));

  test('defaults', () => {
    expect(translate('a/reads.fq.gz', 'b.fa')).toMatchObject({
      inputs: ['a/reads.fq.gz', 'b.fa'],
      stems: ['reads', 'b'],
      target: { kind: 'folder', path: 'reads_frames', force: false },
      length: 500,
      frames: 'open',
      chunks: false,
      compression: undefined,
      batchSize: undefined,
      strict: false,
    });
    expect(translate('x').threads).toBeGreaterThanOrEqual(1);
  });

  test('what was typed', () => {
    const typed = ['x', '-o', 'out', '-e', '60', '--frames', 'all', '--chunks', '--compress', 'zstd', '-t', '3'];
    expect(translate(...typed, '--batch-size', '1', '--strict', '-f')).toEqual({
      inputs: ['x'],
      stems: ['x'],
      target: { kind: 'folder', path: 'out', force: true },
      length: 60,
      frames: 'all',
      chunks: true,
      compression: 'zstd',
      threads: 3,
      batchSize: 1,
      strict: true,
    });
    expect(translate('x', '--stdout', 'protein').target).toEqual({ kind: 'stdout', stream: 'protein' });
    expect(translate('x', '--discard').target).toEqual({ kind: 'discard' });
    expect(translate('-').target).toMatchObject({ path: 'stdin_frames' });
  });

  test('two inputs of one stem have no two names, but one stream', () => {
    expect(() => translate('a/x.fa', 'y.fa', 'b/x.fq.gz')).toThrow('a/x.fa and b/x.fq.gz would be written');
    expect(translate('a/x.fa', 'b/x.fa', '--stdout', 'nucleotide').inputs).toHaveLength(2);
    expect(translate('a/x.fa', 'b/x.fa', '--discard').inputs).toHaveLength(2);
  });

  test('what contradicts, is unknown or impossible is refused', () => {
    expect(() => translate()).toThrow('virnucpro translate reads.fa');
    expect(() => translate('x', '--stdout', 'protein', '-o', 'out')).toThrow(
      '--output and --stdout exclude each other',
    );
    expect(() => translate('x', '--stdout', 'protein', '--chunks')).toThrow('--chunks and --stdout');
    expect(() => translate('x', '--discard', '--chunks')).toThrow('--chunks and --discard');
    expect(() => translate('x', '--stdout', 'dna')).toThrow('--stdout takes protein or nucleotide');
    expect(() => translate('x', '--frames', 'ALL')).toThrow('--frames takes open or all');
    expect(() => translate('x', '--compress', 'xz')).toThrow('--compress takes gzip or zstd');
    for (const flag of ['--threads', '--length', '--batch-size']) expect(() => translate('x', flag, '0')).toThrow(flag);
  });
});

describe('validatePlan', () => {
  const validate = (...argv: string[]) => validatePlan(parseArguments(VALIDATE, argv));

  test('defaults and what was typed', () => {
    expect(validate('a', 'b')).toMatchObject({ inputs: ['a', 'b'], length: 500, json: false });
    expect(validate('x', '--json', '-t', '2', '-e', '300')).toEqual({
      inputs: ['x'],
      length: 300,
      threads: 2,
      json: true,
    });
    expect(() => validate()).toThrow('virnucpro validate reads.fa');
    for (const flag of ['--threads', '--length']) expect(() => validate('x', flag, '0')).toThrow(flag);
  });
});
