/**
 * The windows that fragments are drawn from: `PREFIX.fna.gz` with the sequences and `PREFIX.tsv.gz` with one row for each
 * (columns id, label, class, group, organism, sequence).
 */

import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { UserError } from '../../../src/system/errors.ts';
import { sha256OfBytes } from '../../../src/system/sha256.ts';
import { familyOf, genomeOf } from './taxon.ts';

/** Letters of every window, nt. */
export const WINDOW_LENGTH = 1000;

export interface Window {
  readonly id: string;
  readonly isVirus: boolean;
  /** `viral`, or the host class: bacteria, archaea, plasmid … */
  readonly kind: string;
  readonly family: string;
  readonly organism: string;
  /** What it is a piece of: windows of one genome are not independent of each other. Unique over all classes. */
  readonly genome: string;
  /** `WINDOW_LENGTH` upper-case letters. */
  readonly letters: string;
}

export interface WindowFile {
  /** Without its folder. */
  readonly name: string;
  /** Of the compressed bytes, lower-case hexadecimal. */
  readonly sha256: string;
}

export interface WindowSet {
  readonly windows: readonly Window[];
  readonly files: readonly WindowFile[];
}

const REMEDY = 'Give --windows and --training the path of two files without their endings .tsv.gz and .fna.gz.';

/** @param prefix path without `.tsv.gz` and `.fna.gz` */
export async function readWindows(prefix: string): Promise<WindowSet> {
  const [rows, sequences] = await Promise.all([readText(`${prefix}.tsv.gz`), readText(`${prefix}.fna.gz`)]);
  return {
    windows: parseWindows(rows.text, sequences.text, prefix),
    files: [rows.file, sequences.file],
  };
}

/** In the order of the table. @param prefix named in what is refused */
export function parseWindows(table: string, fasta: string, prefix: string): Window[] {
  const letters = parseFasta(fasta);
  const [header = '', ...rows] = table.split('\n').filter((line) => line !== '');
  const columns = header.split('\t');
  const column = (name: string): number => {
    const index = columns.indexOf(name);
    if (index >= 0) return index;
    throw new UserError(`there is no column ${name}`, REMEDY, { file: `${prefix}.tsv.gz` });
  };
  const [id, label, kind, group, organism, sequence] = [
    ...[column('id'), column('label'), column('class')],
    ...[column('group'), column('organism'), column('seq')],
  ] as const;
  return rows.map((row) => {
    const cells = row.split('\t');
    const cell = (index: number | undefined) => cells[index ?? -1] ?? '';
    const name = cell(id);
    const bases = letters.get(name);
    if (bases?.length !== WINDOW_LENGTH) {
      const found =
        bases === undefined ? 'has no sequence' : `has ${bases.length} letters, ${WINDOW_LENGTH} are needed`;
      throw new UserError(`the window ${name} ${found}`, REMEDY, { file: `${prefix}.fna.gz` });
    }
    const taxon = { kind: cell(kind), group: cell(group), organism: cell(organism), sequence: cell(sequence) };
    return {
      id: name,
      isVirus: isVirusLabel(cell(label), name, prefix),
      kind: taxon.kind,
      family: familyOf(taxon),
      organism: taxon.organism,
      genome: genomeOf(taxon),
      letters: bases,
    };
  });
}

function isVirusLabel(label: string, id: string, prefix: string): boolean {
  if (label === 'virus' || label === 'other') return label === 'virus';
  throw new UserError(`the window ${id} is labelled "${label}", not virus or other`, REMEDY, {
    file: `${prefix}.tsv.gz`,
  });
}

/** Letters by record id, upper case. */
function parseFasta(text: string): Map<string, string> {
  const records = new Map<string, string>();
  for (const record of text.split('>').slice(1)) {
    const end = record.indexOf('\n');
    const id = record.slice(0, end).split(/\s/, 1)[0] ?? '';
    records.set(
      id,
      record
        .slice(end + 1)
        .replaceAll(/\s/g, '')
        .toUpperCase(),
    );
  }
  return records;
}

async function readText(path: string): Promise<{ text: string; file: WindowFile }> {
  let bytes: Uint8Array;
  let text: string;
  try {
    bytes = await readFile(path);
    text = new TextDecoder().decode(gunzipSync(bytes));
  } catch (error) {
    throw new UserError(`cannot be read: ${error instanceof Error ? error.message : String(error)}`, REMEDY, {
      file: path,
    });
  }
  return { text, file: { name: basename(path), sha256: sha256OfBytes(bytes) } };
}
