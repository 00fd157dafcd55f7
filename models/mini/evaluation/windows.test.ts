import { afterAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { UserError } from '../../../src/system/errors.ts';
import { parseWindows, readWindows } from './windows.ts';

const folder = mkdtempSync(join(tmpdir(), 'virnucpro-windows-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const TABLE = [
  'id\tlabel\tclass\tgroup\torganism\tsource\tseq\tstart',
  'w1\tvirus\tviral\tCircoviridae:Circovirus\tDuck circovirus\tX\tv1|NC_7\t0',
  'w2\tother\tmito\tAnimals\tmitochondrion Animals\tX\tNC_9\t1000',
  '',
].join('\n');
const LETTERS = 'ACGTN'.repeat(200);
// The second has its letters on two lines, in lower case.
const FASTA = `>w2 mitochondrion\n${LETTERS.slice(0, 600).toLowerCase()}\r\n${LETTERS.slice(600)}\n>w1\n${LETTERS}\n`;

test('rows and sequences come together by their ids, in the order of the rows', () => {
  expect(parseWindows(TABLE, FASTA, 'p')).toEqual([
    {
      id: 'w1',
      isVirus: true,
      kind: 'viral',
      family: 'Circoviridae',
      organism: 'Duck circovirus',
      genome: 'viral Duck circovirus',
      letters: LETTERS,
    },
    {
      id: 'w2',
      isVirus: false,
      kind: 'mito',
      family: 'Animals',
      organism: 'mitochondrion Animals',
      genome: 'mito NC_9',
      letters: LETTERS,
    },
  ]);
});

test('files are read with their hashes', async () => {
  writeFileSync(join(folder, 'a.tsv.gz'), gzipSync(TABLE));
  // Two gzip members, as bgzip writes them.
  writeFileSync(join(folder, 'a.fna.gz'), Buffer.concat([gzipSync(FASTA.slice(0, 500)), gzipSync(FASTA.slice(500))]));
  const { windows, files } = await readWindows(join(folder, 'a'));
  expect(windows.map(({ id }) => id)).toEqual(['w1', 'w2']);
  expect(files.map(({ name }) => name)).toEqual(['a.tsv.gz', 'a.fna.gz']);
  for (const { sha256 } of files) expect(sha256).toMatch(/^[0-9a-f]{64}$/);
});

test('what is not as needed is refused by name', async () => {
  const refusal = (table: string, fasta: string) => () => parseWindows(table, fasta, 'p');
  expect(refusal(TABLE.replace('group', 'clan'), FASTA)).toThrow('p.tsv.gz: there is no column group');
  expect(refusal(TABLE.replace('w2', 'w3'), FASTA)).toThrow('p.fna.gz: the window w3 has no sequence');
  expect(refusal(TABLE, FASTA.slice(0, -2))).toThrow('the window w1 has 999 letters, 1000 are needed');
  expect(refusal(TABLE.replace('other', 'host'), FASTA)).toThrow('labelled "host"');
  await expect(readWindows(join(folder, 'none'))).rejects.toThrow(UserError);
});
