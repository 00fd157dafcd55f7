/** `validate` as a process: counts for people and for programs, and an exit code for scripts. */

import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { Box } from '../helpers/binary.ts';
import { fixture } from '../helpers/fixtures.ts';
import { expectRefusal } from '../helpers/refusal.ts';
import { recordsOf } from '../helpers/tables.ts';
import { framesOf } from '../specimens/frames.ts';

const box = new Box();
const sequences = readFileSync(fixture('reference', 'test_sequences_small.fa'), 'utf8');
const records = recordsOf(sequences);
const letters = records.map(([, text]) => text);

beforeAll(() => {
  box.write('x.fa', sequences);
  box.write('bad.fa', '>a\nACGT*\n>a\nACGT\n>b\n>c\nRYN-\n');
  box.write('bad.fq', '@d\nACGU\n+\nIII\n@e\nAUGU\n+\nIIII\n');
});
afterAll(() => box.remove());

async function json(...args: string[]) {
  const { code, stdout, stderr } = await box.run(['validate', ...args, '--json', '-q']);
  return { code, stderr, found: JSON.parse(stdout) };
}

test('the counts of a sound file', async () => {
  const { code, found, stderr } = await json('x.fa');
  const lengths = letters.map((text) => text.length);
  const bases = lengths.reduce((sum, length) => sum + length, 0);
  const frames = records.map(([id, text]) => framesOf(id, text, 500).frames);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(found).toMatchObject({
    valid: true,
    inputs: [{ path: 'x.fa', records: records.length, bases }],
    records: records.length,
    bases,
    findings: { malformed: 0, cut_files: 0, empty: 0, duplicate_ids: 0, foreign_characters: 0, foreign_records: 0 },
    examples: [],
    duplicate_examples: [],
    length: { shortest: Math.min(...lengths), longest: Math.max(...lengths), mean: bases / records.length },
    frames: {
      chunk_length: 500,
      chunks: lengths.reduce((sum, length) => sum + Math.ceil(length / 500), 0),
      frames: frames.reduce((sum, count) => sum + count, 0),
      records_without: frames.filter((count) => count === 0).length,
    },
  });
  const residues = records.flatMap(([id, text]) => recordsOf(framesOf(id, text, 500).protein).map(([, r]) => r.length));
  // Two special tokens a frame.
  expect(found.tokens.protein).toBe(residues.reduce((sum, count) => sum + count + 2, 0));
  expect(sum(found.length.distribution)).toBe(records.length);
  expect(sum(found.frames.records_with)).toBe(records.length);
});

const sum = (classes: { records: number }[]) => classes.reduce((all, each) => all + each.records, 0);

test('a table for people says the same', async () => {
  const { code, stdout } = await box.run(['validate', 'x.fa']);
  const { found } = await json('x.fa');
  expect(code).toBe(0);
  const number = (count: number) => count.toLocaleString('en-US');
  expect(stdout).toMatch(new RegExp(`^records +${number(found.records)}$`, 'm'));
  expect(stdout).toMatch(new RegExp(`^bases +${number(found.bases)}$`, 'm'));
  expect(stdout).toMatch(new RegExp(`^open frames +${number(found.frames.frames)}$`, 'm'));
  expect(stdout).toEndWith('valid\n');
  expect(stdout).not.toContain('not valid');
});

test('all that is wrong, over several inputs and a pipe', async () => {
  const { code, found } = await json('bad.fa', 'bad.fq', 'x.fa');
  expect(code).toBe(2);
  expect(found.valid).toBe(false);
  expect(found.inputs.map((input: { path: string; records: number }) => [input.path, input.records])).toEqual([
    ['bad.fa', 4],
    ['bad.fq', 2],
    ['x.fa', records.length],
  ]);
  expect(found.findings).toEqual({
    ...{ malformed: 1, cut_files: 0, empty: 1, duplicate_ids: 1, foreign_characters: 1, foreign_records: 1 },
  });
  expect(found.letters).toEqual({ ambiguous_bases: 3, ambiguous_records: 1, gaps: 1, uracil_records: 1 });
  expect(found.duplicate_examples).toEqual(['a']);
  expect(found.examples).toEqual([
    'bad.fq, record d, line 4: the quality has 3 letters for 4 bases',
    'bad.fa, record a, line 1: characters that are no nucleotide code',
  ]);
  const { stdout } = await box.run(['validate', 'bad.fa', 'bad.fq', 'x.fa']);
  expect(stdout).toMatch(/^not valid: /m);
  for (const example of found.examples) expect(stdout).toContain(example);
  const piped = await box.run(['validate', '-', '--json'], { stdin: '@d\nACGU\n+\nIII\n' });
  expect(piped.code).toBe(2);
  expect(JSON.parse(piped.stdout).examples).toEqual([
    'standard input, record d, line 4: the quality has 3 letters for 4 bases',
  ]);
});

describe('each finding alone', () => {
  test.each([
    ['ambiguous bases are none', '>a\nACGTNRYSWKMBDHV\n', 0],
    ['gaps are none', '>a\nAC--GT.\n', 0],
    ['U is none', '>a\nACGU\n', 0],
    ['one letter that is no code', '>a\nACGTX\n', 2],
    ['an empty record', '>a\n>b\nACGT\n', 2],
    ['an id twice', '>a x\nACGT\n>a y\nACGT\n', 2],
    ['one that is written as another is printed', '>a\x07\nACGT\n>a\\x07\nACGT\n', 2],
    ['a malformed record', '@a\nACGT\n+\nI\n', 2],
  ])('%s', async (_, text, code) => {
    const outcome = await box.run(['validate', '-', '--json'], { stdin: text });
    expect(outcome.code).toBe(code);
    expect(JSON.parse(outcome.stdout).valid).toBe(code === 0);
  });
});

test('an id that comes again is found across files, jobs and Workers', async () => {
  box.write('ids1.fa', Array.from({ length: 3000 }, (_, i) => `>r${i}\nACGT\n`).join(''));
  box.write('ids2.fa', '>s\nACGT\n>r2999\nACGT\n>r0\nACGT\n>s\nACGT\n');
  const { code, found } = await json('ids1.fa', 'ids2.fa', '-t', '3');
  expect(code).toBe(2);
  expect(found.findings.duplicate_ids).toBe(3);
  expect(found.duplicate_examples).toEqual(['r2999', 'r0', 's']);
});

test('what is no sequence file: the message, and for programs an object too', async () => {
  box.write('text.fa', 'some text\n');
  expectRefusal(await box.run(['validate', 'text.fa']), ['text.fa', 'line 1']);
  const outcome = await box.run(['validate', 'text.fa', '--json']);
  expect(outcome.code).toBe(2);
  expect(JSON.parse(outcome.stdout)).toMatchObject({
    valid: false,
    error: expect.stringContaining('not FASTA or FASTQ'),
  });
  const absent = await box.run(['validate', 'absent.fa', '--json']);
  expect(absent.code).toBe(2);
  expect(absent.stderr).toContain('absent.fa: there is no such file');
});

test('nothing is written, whatever is found', async () => {
  const before = box.list();
  await box.run(['validate', 'x.fa', 'bad.fa']);
  expect(box.list()).toEqual(before);
});
