import { describe, expect, test } from 'bun:test';
import { lengthClass, noSurvey } from '../run/sinks/survey.ts';
import {
  addSurvey,
  frameDistribution,
  lengthDistribution,
  nucleotideTokens,
  type Validation,
  validationTable,
} from './validation.ts';

function survey(...lengths: number[]) {
  const made = noSurvey();
  for (const length of lengths) made.lengths[lengthClass(length)]! += 1;
  made.shortest = Math.min(...lengths);
  made.longest = Math.max(0, ...lengths);
  made.frameClasses[lengths.length % 8]! += lengths.length;
  return Object.assign(made, {
    ambiguousBases: 3,
    ambiguousRecords: 1,
    gaps: 2,
    nucleotideBases: 470,
    proteinTokens: 30,
  });
}

test('sums over jobs do not depend on how records fall into them', () => {
  const sum = noSurvey();
  for (const part of [survey(5, 70), survey(1), survey(7)]) addSurvey(sum, part);
  expect(sum).toMatchObject({ ambiguousBases: 9, ambiguousRecords: 3, gaps: 6, shortest: 1, longest: 70 });
  expect(sum).toMatchObject({ nucleotideBases: 1410, proteinTokens: 90 });
  expect(lengthDistribution(sum)).toEqual([
    { from: 1, records: 1 },
    { from: 5, records: 1 },
    { from: 7, records: 1 },
    { from: 70, records: 1 },
  ]);
  expect(frameDistribution(sum)).toEqual(
    [0, 2, 2, 0, 0, 0, 0, 0].map((records, frames) => ({ frames, or_more: frames === 7, records })),
  );
  // Two special ones for each frame.
  const guess = nucleotideTokens(sum, 10) - 20;
  expect(guess).toBeGreaterThan(1410 / 6);
  expect(guess).toBeLessThan(1410 / 4);
});

test('a job without a record adds nothing, also as it comes out of JSON', () => {
  const sum = noSurvey();
  addSurvey(sum, survey(5, 7));
  const before = structuredClone(sum);
  addSurvey(sum, noSurvey());
  expect(sum).toEqual(before);
  addSurvey(sum, JSON.parse(JSON.stringify(noSurvey())));
  expect(sum).toEqual(before);
});

const FOUND: Validation = {
  valid: false,
  inputs: [{ path: 'a.fa', records: 1200, bases: 60_000 }],
  ...{ records: 1200, bases: 60_000 },
  findings: { malformed: 2, cut_files: 1, empty: 3, duplicate_ids: 4, foreign_characters: 6, foreign_records: 5 },
  examples: ['a.fa, record x, line 7: its sequence is missing'],
  duplicate_examples: ['r1'],
  length: {
    shortest: 1,
    longest: 200,
    mean: 50.04,
    distribution: [
      { from: 1, records: 200 },
      { from: 100, records: 1000 },
    ],
  },
  letters: { ambiguous_bases: 8, ambiguous_records: 7, gaps: 9, uracil_records: 10 },
  frames: {
    ...{ chunk_length: 500, chunks: 1300, frames: 2100, records_without: 300 },
    records_with: [
      { frames: 0, or_more: false, records: 300 },
      { frames: 1, or_more: false, records: 600 },
      { frames: 2, or_more: false, records: 0 },
      { frames: 7, or_more: true, records: 300 },
    ],
  },
  tokens: { nucleotide_estimate: 9000, protein: 8000 },
};
const count = (number: number) => number.toLocaleString('en-US');

describe('validationTable', () => {
  test('everything that was found', () => {
    const text = validationTable(FOUND, count);
    const rows = new Map(text.split('\n').map((line) => line.split(/ {2,}/) as [string, string]));
    expect(Object.fromEntries(rows)).toMatchObject({
      records: '1,200',
      bases: '60,000',
      'shortest, mean, longest': '1, 50.0, 200 nt',
      'malformed records': '2',
      'files cut off': '1',
      'empty records': '3',
      'ids that come again': '4',
      'characters that are no code': '6 in 5 records',
      'ambiguous bases': '8 in 7 records',
      gaps: '9',
      'records with U': '10',
      'chunks of 500 nt': '1,300',
      'open frames': '2,100',
      'records without an open frame': '300',
      'nucleotide tokens, estimated': '9,000',
      'protein tokens': '8,000',
    });
    expect(text).toContain('300  25.0 %\n');
    expect(text).toContain('a.fa, record x, line 7: its sequence is missing\nids that come again: r1, … (4 records)\n');
    expect(text).toEndWith('\n');
    expect(text).not.toMatch(/[ \t]\n|undefined|NaN/);
  });

  test('histograms: the longest bar is of 40 columns, the shortest of one, classes without records have none', () => {
    const lines = validationTable(
      {
        ...FOUND,
        length: {
          ...FOUND.length,
          distribution: [
            { from: 1, records: 1 },
            { from: 2000, records: 1000 },
          ],
        },
      },
      count,
    ).split('\n');
    expect(lines).toContain(`  1 nt and more          1  #`);
    expect(lines).toContain(`  2,000 nt and more  1,000  ${'#'.repeat(40)}`);
    expect(lines.filter((line) => /open frames? {2}/.test(line) && line.startsWith('  '))).toEqual([
      `  0 open frames          300  ${'#'.repeat(20)}`,
      `  1 open frame           600  ${'#'.repeat(40)}`,
      `  7 or more open frames  300  ${'#'.repeat(20)}`,
    ]);
  });

  test('nothing was read: no division by zero', () => {
    const none = { shortest: null, longest: null, mean: null, distribution: [] };
    const text = validationTable(
      { ...FOUND, records: 0, length: none, frames: { ...FOUND.frames, records_with: [] } },
      count,
    );
    expect(text).not.toMatch(/NaN|null|Infinity|length:|frames:/);
    expect(text).toMatch(/^shortest, mean, longest +-$/m);
  });
});
