/** What `validate` found, as one object for programs and as a table for people. */

import { FRAME_CLASSES, lengthClassStart, type Survey } from '../run/sinks/survey.ts';

/** Why an input is not valid. */
export interface Findings {
  /** Records that could not be read, and files that stop early. */
  readonly malformed: number;
  readonly cut_files: number;
  readonly empty: number;
  readonly duplicate_ids: number;
  /** Characters that are neither IUPAC codes nor gaps, and the records that hold them. */
  readonly foreign_characters: number;
  readonly foreign_records: number;
}

export interface Validation {
  readonly valid: boolean;
  readonly inputs: readonly {
    readonly path: string;
    readonly records: number;
    readonly bases: number;
    readonly cut?: string | undefined;
  }[];
  readonly records: number;
  readonly bases: number;
  readonly findings: Findings;
  /** The first of them, each a sentence with its place. */
  readonly examples: readonly string[];
  readonly duplicate_examples: readonly string[];
  readonly length: {
    readonly shortest: number | null;
    readonly longest: number | null;
    readonly mean: number | null;
    /** Records by length class: `from` is the class's shortest length; classes without records are left out. */
    readonly distribution: readonly { readonly from: number; readonly records: number }[];
  };
  readonly letters: {
    readonly ambiguous_bases: number;
    readonly ambiguous_records: number;
    readonly gaps: number;
    readonly uracil_records: number;
  };
  readonly frames: {
    readonly chunk_length: number;
    readonly chunks: number;
    /** Open ones. */
    readonly frames: number;
    readonly records_without: number;
    /** Records by number of open frames; `or_more` is true for the last class, which holds all beyond. */
    readonly records_with: readonly { readonly frames: number; readonly or_more: boolean; readonly records: number }[];
  };
  /** Special tokens included. Of nucleotides a guess: the tokenizer is not run. */
  readonly tokens: { readonly nucleotide_estimate: number; readonly protein: number };
}

/** What the tokenizer of DNABERT-S makes of genomes: 4.79 over 10,000 windows of viral and cellular ones. */
const BASES_PER_TOKEN = 4.8;
const SPECIAL_TOKENS = 2;

export function addSurvey(sum: Survey, more: Survey): void {
  sum.ambiguousBases += more.ambiguousBases;
  sum.ambiguousRecords += more.ambiguousRecords;
  sum.gaps += more.gaps;
  if (more.shortest !== null) sum.shortest = Math.min(sum.shortest ?? more.shortest, more.shortest);
  sum.longest = Math.max(sum.longest, more.longest);
  for (const [i, count] of more.lengths.entries()) sum.lengths[i]! += count;
  for (const [i, count] of more.frameClasses.entries()) sum.frameClasses[i]! += count;
  sum.nucleotideBases += more.nucleotideBases;
  sum.proteinTokens += more.proteinTokens;
}

export function lengthDistribution({ lengths }: Survey): { from: number; records: number }[] {
  return lengths.flatMap((records, i) => (records === 0 ? [] : [{ from: lengthClassStart(i), records }]));
}

export function frameDistribution({ frameClasses }: Survey): Validation['frames']['records_with'] {
  return frameClasses.map((records, frames) => ({ frames, or_more: frames === FRAME_CLASSES - 1, records }));
}

export function nucleotideTokens({ nucleotideBases }: Survey, frames: number): number {
  return Math.round(nucleotideBases / BASES_PER_TOKEN) + SPECIAL_TOKENS * frames;
}

/** @param number how a count is written */
export function validationTable(found: Validation, number: (count: number) => string): string {
  const { findings, length, letters, frames, tokens } = found;
  const { records, bases } = found;
  const share = (count: number): string => (records === 0 ? '' : `  ${((100 * count) / records).toFixed(1)} %`);
  const rows: [name: string, value: string][] = [
    ['records', number(records)],
    ['bases', number(bases)],
    ['shortest, mean, longest', lengthText(length, number)],
    ['malformed records', number(findings.malformed)],
    ['files cut off', number(findings.cut_files)],
    ['empty records', number(findings.empty)],
    ['ids that come again', number(findings.duplicate_ids)],
    [
      'characters that are no code',
      `${number(findings.foreign_characters)} in ${number(findings.foreign_records)} records`,
    ],
    ['ambiguous bases', `${number(letters.ambiguous_bases)} in ${number(letters.ambiguous_records)} records`],
    ['gaps', number(letters.gaps)],
    ['records with U', number(letters.uracil_records)],
    [`chunks of ${frames.chunk_length} nt`, number(frames.chunks)],
    ['open frames', number(frames.frames)],
    ['records without an open frame', `${number(frames.records_without)}${share(frames.records_without)}`],
    ['nucleotide tokens, estimated', number(tokens.nucleotide_estimate)],
    ['protein tokens', number(tokens.protein)],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`);
  const classes = length.distribution.map(
    ({ from, records: count }) => [`${number(from)} nt and more`, count] as const,
  );
  const open = frames.records_with.map(({ frames: n, or_more: last, records: count }) => {
    return [`${n}${last ? ' or more' : ''} open ${n === 1 ? 'frame' : 'frames'}`, count] as const;
  });
  return [
    ...lines,
    ...histogram('length', classes, number),
    ...histogram(
      'frames',
      open.filter(([, count]) => count > 0),
      number,
    ),
    '',
    ...found.examples,
    ...repeats(found, number),
    found.valid ? 'valid' : `not valid: ${reasons(findings, number).join(', ')}`,
    '',
  ].join('\n');
}

function repeats({ findings, duplicate_examples: ids }: Validation, number: (count: number) => string): string[] {
  if (ids.length === 0) return [];
  const rest = findings.duplicate_ids > ids.length ? `, … (${number(findings.duplicate_ids)} records)` : '';
  return [`ids that come again: ${ids.join(', ')}${rest}`];
}

function reasons(findings: Findings, number: (count: number) => string): string[] {
  const words: Readonly<Record<keyof Findings, string | undefined>> = {
    malformed: 'malformed',
    cut_files: 'broken off',
    empty: 'empty',
    duplicate_ids: 'with an id that came before',
    foreign_characters: undefined,
    foreign_records: 'with characters that are no nucleotide code',
  };
  return (Object.keys(words) as (keyof Findings)[]).flatMap((key) =>
    words[key] === undefined || findings[key] === 0 ? [] : [`${number(findings[key])} ${words[key]}`],
  );
}

function lengthText({ shortest, mean, longest }: Validation['length'], number: (count: number) => string): string {
  if (shortest === null || mean === null || longest === null) return '-';
  return `${number(shortest)}, ${mean.toFixed(1)}, ${number(longest)} nt`;
}

const BAR_COLUMNS = 40;

function histogram(
  title: string,
  classes: readonly (readonly [name: string, count: number])[],
  number: (count: number) => string,
): string[] {
  if (classes.length === 0) return [];
  const most = Math.max(...classes.map(([, count]) => count));
  const width = Math.max(...classes.map(([name]) => name.length));
  const digits = Math.max(...classes.map(([, count]) => number(count).length));
  return [
    '',
    `${title}:`,
    ...classes.map(([name, count]) => {
      const bar = '#'.repeat(Math.max(1, Math.round((BAR_COLUMNS * count) / most)));
      return `  ${name.padEnd(width)}  ${number(count).padStart(digits)}  ${bar}`;
    }),
  ];
}
