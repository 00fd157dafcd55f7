/** Every specimen through the executable: `translate` and `validate` one by one, `predict` all in one run. */

import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdirSync } from 'node:fs';
import { Box, type Outcome } from '../helpers/binary.ts';
import { expectRefusal } from '../helpers/refusal.ts';
import { tableOf } from '../helpers/tables.ts';
import { framesOf } from '../specimens/frames.ts';
import { SPECIMENS, type Specimen, type SpecimenRecord } from '../specimens/specimens.ts';

const LENGTH = 500;
const CODES = /[ACGTURYSWKMBDHVN.-]/gi;

const box = new Box();
beforeAll(() => {
  for (const { file, bytes } of SPECIMENS) box.write(file, bytes);
  mkdirSync(box.path('folder.fa'));
});
afterAll(() => box.remove());

interface Expected {
  readonly nucleotide: string;
  readonly protein: string;
  readonly chunks: string;
  readonly status: readonly ('called' | 'no_orf' | 'empty' | 'invalid')[];
  readonly strange: number;
  readonly strangeRecords: number;
  readonly warnings: readonly string[];
}

const foreignIn = (record: SpecimenRecord): number =>
  'sequence' in record ? record.sequence.replace(CODES, '').length : 0;
const thymine = (sequence: string): string => sequence.replaceAll('U', 'T').replaceAll('u', 't');
/** Names are written in UTF-8, sequences as their bytes are: all is compared in Latin-1, byte by byte. */
const inLatin1 = (name: string): string => Buffer.from(name, 'utf8').toString('latin1');
const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** @param name of the input in messages */
function expectedOf({ file, records, cut, unmarked }: Specimen, name: string): Expected {
  const texts = records.map((record) =>
    'sequence' in record ? framesOf(inLatin1(record.id), thymine(record.sequence), LENGTH) : undefined,
  );
  const strange = records.filter((record) => foreignIn(record) > 0);
  const [first] = strange;
  const strangeCharacters = records.reduce((sum, record) => sum + foreignIn(record), 0);
  const uracil = records.filter((record) => 'sequence' in record && /u/i.test(record.sequence)).length;
  const warnings = records.flatMap((record) =>
    'problem' in record ? [`${name}, record ${record.id}, line ${record.line}: ${record.problem}.`] : [],
  );
  if (cut !== undefined) warnings.push(`${name}: ${cut}.`);
  else if (records.length === 0) warnings.push(`${name} holds no record.`);
  if (unmarked === true && name === file) {
    warnings.push(`${name} lacks bgzip's mark of its end: it may have been cut off between two blocks.`);
  }
  if (uracil > 0) warnings.push(`U was read as T in ${counted(uracil, 'record')}.`);
  if (first !== undefined) {
    const bases = records.reduce((sum, record) => sum + ('sequence' in record ? record.sequence.length : 0), 0);
    warnings.push(
      `characters that are no nucleotide code: ${strangeCharacters} in ${counted(strange.length, 'record')} ` +
        `(first in ${name}, record ${first.id} of line ${first.line}); codons with them are left out.` +
        (strangeCharacters > bases / 10 ? ' This looks like protein: nucleotides are expected.' : ''),
    );
  }
  return {
    nucleotide: texts.map((text) => text?.nucleotide ?? '').join(''),
    protein: texts.map((text) => text?.protein ?? '').join(''),
    chunks: texts.map((text) => text?.chunks ?? '').join(''),
    status: records.map((record, i) => {
      if (!('sequence' in record)) return 'invalid';
      return record.sequence === '' ? 'empty' : texts[i]!.frames > 0 ? 'called' : 'no_orf';
    }),
    strange: strangeCharacters,
    strangeRecords: strange.length,
    warnings,
  };
}

const warningsOf = ({ stderr }: Outcome): string[] =>
  stderr.split('\n').flatMap((line) => (line.startsWith('[warn] ') ? [line.slice('[warn] '.length)] : []));

function expectFiles(folder: string, stem: string, expected: Expected): void {
  expect(box.list(folder).length).toBe(3);
  for (const [name, text] of [
    [`${stem}_identified_nucleotide.fa`, expected.nucleotide],
    [`${stem}_identified_protein.faa`, expected.protein],
    [`${stem}_chunked${LENGTH}.fa`, expected.chunks],
  ] as const) {
    const found = Buffer.from(box.bytes(folder, name)).toString('latin1');
    // A 300,000-letter name makes no readable difference.
    if (text.length > 10_000) expect(found === text).toBe(true);
    else expect(found).toBe(text);
  }
}

const stemOf = (file: string): string => file.replace(/\.(gz|bgz|zst)$/, '').replace(/\.(fa|fasta|fna|fq|fastq)$/, '');

test('every specimen has a name of its own', () => {
  expect(new Set(SPECIMENS.map(({ file }) => file)).size).toBe(SPECIMENS.length);
});

describe.each(SPECIMENS.filter(({ refusal }) => refusal === undefined))('$file: $what', (specimen) => {
  const { file, bytes, records, cut } = specimen;

  test('translate, from a file and from a pipe', async () => {
    const args = ['--chunks', '--threads', '2', '--batch-size', '1'];
    const [own, piped] = await Promise.all([
      box.run(['translate', file, '-o', `t/${file}`, ...args]),
      box.run(['translate', '-', '-o', `p/${file}`, ...args], { stdin: bytes }),
    ]);
    const expected = expectedOf(specimen, file);
    expect({ code: own.code, stdout: own.stdout, warnings: warningsOf(own) }).toEqual({
      code: specimen.translate,
      stdout: '',
      warnings: [...expected.warnings],
    });
    expectFiles(`t/${file}`, stemOf(file), expected);
    expect({ code: piped.code, warnings: warningsOf(piped) }).toEqual({
      code: specimen.translate,
      warnings: [...expectedOf(specimen, 'standard input').warnings],
    });
    expectFiles(`p/${file}`, 'stdin', expected);
    // No character of a name may drive the terminal.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
    expect(own.stderr).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
  });

  test('validate', async () => {
    const { code, stdout } = await box.run(['validate', file, '--json']);
    const expected = expectedOf(specimen, file);
    const ids = records.map(({ id }) => id);
    const found = JSON.parse(stdout);
    expect({ code, valid: found.valid, records: found.records, findings: found.findings }).toEqual({
      code: specimen.validate,
      valid: specimen.validate === 0,
      records: records.length,
      findings: {
        malformed: expected.status.filter((status) => status === 'invalid').length,
        cut_files: cut === undefined ? 0 : 1,
        empty: expected.status.filter((status) => status === 'empty').length,
        duplicate_ids: ids.length - new Set(ids).size,
        foreign_characters: expected.strange,
        foreign_records: expected.strangeRecords,
      },
    });
    for (const record of records.slice(0, 10)) {
      if (!('problem' in record)) continue;
      expect(found.examples).toContain(`${file}, record ${record.id}, line ${record.line}: ${record.problem}`);
    }
    if (cut !== undefined) expect(found.examples).toContain(`${file}: ${cut}`);
  });
});

describe.each(SPECIMENS.filter(({ refusal }) => refusal !== undefined))('$file: $what', ({ file, bytes, refusal }) => {
  test('is refused by every command, and nothing is left', async () => {
    const [translate, validate, predict, piped] = await Promise.all([
      box.run(['translate', file, '-o', `t/${file}`]),
      box.run(['validate', file]),
      box.run(['predict', file, '-o', `x/${file}`]),
      box.run(['translate', '-', '-o', `p/${file}`], { stdin: bytes }),
    ]);
    for (const outcome of [translate, validate, predict]) {
      expectRefusal(outcome, []);
      expect(outcome.stderr.trimEnd().split('\n').at(-1)).toBe(`virnucpro: ${file}${refusal}`);
    }
    expectRefusal(piped, []);
    for (const folder of ['t', 'x', 'p']) expect(box.list(folder, file)).toEqual([]);
  });
});

describe('what is no file', () => {
  test.each([
    ['a folder', 'folder.fa', 'this is a folder. Name the FASTA files in it.'],
    ['an absent file', 'absent.fa', 'there is no such file. Check the spelling and the folder you are in.'],
    ['a path through a file', 'usual.fa/x', 'there is no such file. A part of the path is a file, not a folder.'],
  ])('%s', async (_, name, says) => {
    for (const command of ['translate', 'validate', 'predict']) {
      const outcome = await box.run([command, 'usual.fa', name]);
      expectRefusal(outcome, []);
      expect(outcome.stderr).toBe(`virnucpro: ${name}: ${says}\n`);
    }
    expect(box.list().filter((each) => /usual_(frames|predictions)/.test(each))).toEqual([]);
  });
});

test('predict gives every record of every specimen its row, in one run', async () => {
  const read = SPECIMENS.filter(({ refusal }) => refusal === undefined);
  const outcome = await box.run(['predict', ...read.map(({ file }) => file), '-o', 'rows', '-v']);
  expect(outcome.code).toBe(3);
  let number = 0;
  const expected = read.flatMap((specimen) => {
    const { status } = expectedOf(specimen, specimen.file);
    return specimen.records.map((record, i) => {
      number += 1;
      // Records without a name are numbered over the run.
      const id = /^unnamed_\d+$/.test(record.id) ? `unnamed_${number}` : record.id;
      return `${id} ${'sequence' in record ? record.sequence.length : 0} ${status[i]}`;
    });
  });
  const table = tableOf(box.text('rows', 'sequences.tsv'));
  const rows = table.map((row) => `${row['sequence_id']} ${row['length']} ${row['status']}`);
  expect(rows).toEqual(expected);
  for (const row of table) {
    if (row['status'] !== 'invalid') continue;
    expect([
      row['call'],
      row['tier'],
      row['chunks'],
      row['scored_chunks'],
      row['frames'],
      row['weighted_delta'],
    ]).toEqual(['NA', 'NA', '0', '0', '0', 'NA']);
  }
  const chunks = tableOf(box.text('rows', 'chunks.tsv'));
  expect(chunks.length).toBe(table.reduce((sum, row) => sum + Number(row['chunks']), 0));
  const said = warningsOf(outcome);
  for (const { file, cut } of read) if (cut !== undefined) expect(said).toContain(`${file}: ${cut}.`);
  expect(JSON.parse(box.text('rows', 'summary.json')).counts.records).toBe(expected.length);
}, 60_000);
