/** Reads result tables in tests, in the plainest way. */

import { readFileSync } from 'node:fs';

/** The tables of a prediction: what two runs must have in common, byte for byte. */
export const TABLES = ['prediction_results.txt', 'prediction_results_highestscore.csv', 'sequences.tsv', 'chunks.tsv'];

/** Rows of tab-separated fields, the header first. The file must end with a line feed and hold equally long rows. */
export function rowsOf(text: string): string[][] {
  if (!text.endsWith('\n')) throw new Error('the table does not end with a line feed');
  const rows = text
    .slice(0, -1)
    .split('\n')
    .map((line) => line.split('\t'));
  if (rows.some((row) => row.length !== rows[0]!.length)) throw new Error('the rows have different lengths');
  return rows;
}

/** Rows as objects by the names in the header. */
export function tableOf(text: string): Record<string, string>[] {
  const [header, ...rows] = rowsOf(text);
  return rows.map((row) => Object.fromEntries(row.map((field, i) => [header![i]!, field])));
}

/** Records of FASTA text as [header without `>`, letters]. */
export function recordsOf(text: string): [header: string, letters: string][] {
  return text
    .split('>')
    .slice(1)
    .map((record) => {
      const [header, ...lines] = record.split(/\r?\n/);
      return [header!, lines.join('')];
    });
}

/** FASTA text of records, at `width` columns where one is given. */
export function fastaOf(records: readonly (readonly [string, string])[], width?: number, lineEnd = '\n'): string {
  return records
    .flatMap(([header, letters]) => {
      const lines = width === undefined ? [letters] : (letters.match(new RegExp(`.{1,${width}}`, 'g')) ?? []);
      return [`>${header}`, ...lines];
    })
    .map((line) => line + lineEnd)
    .join('');
}

export interface Matrix {
  readonly rows: number;
  readonly width: number;
  readonly values: Float32Array;
}

/** A float32 matrix of a .npy file, version 1.0; the header is read as NumPy's own writer spells it. */
export function npyMatrix(path: string): Matrix {
  const file = readFileSync(path);
  const headerBytes = file.readUInt16LE(8);
  const header = file.toString('latin1', 10, 10 + headerBytes);
  const shape = /'shape': \((\d+), (\d+)\)/.exec(header);
  if (file.toString('latin1', 0, 6) !== '\x93NUMPY' || shape === null || !header.includes("'descr': '<f4'")) {
    throw new Error(`${path} is no float32 matrix: ${header}`);
  }
  const data = new Uint8Array(file.subarray(10 + headerBytes));
  return { rows: Number(shape[1]), width: Number(shape[2]), values: new Float32Array(data.buffer) };
}
