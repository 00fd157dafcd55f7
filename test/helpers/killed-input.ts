/**
 * Inputs of runs that are killed: work for some seconds in three windows. Windows end with 8192 frames, so they are filled with reads that
 * are all the same, which are computed once.
 */

import { readFileSync } from 'node:fs';
import { WINDOW_FRAMES } from '../../src/run/window.ts';
import { fixture } from './fixtures.ts';
import { recordsOf } from './tables.ts';

/**
 * Six frames without a stop, of six residues: eight protein tokens and six nucleotide tokens each by DNABERT-S's tokenizer. A
 * software GPU compiles its shaders anew for each number of rows and tokens, which takes seconds.
 */
const READS = ['CGAAGCAAGGCGCAAAGGAA', 'TTTCCACCCAGAAACCACCG', 'TGCTTCTTCTGGTGGAGGCA'] as const;
const FRAMES = 6;
/** Two rows of proteins and two of nucleotides: both divide the six of a read. */
export const READ_BATCH_TOKENS = 16;
/** Among the long records; with their frames that makes more than two windows. */
const READS_BEHIND_EACH = 4;

type SequenceRecord = [id: string, letters: string];

/** Records of the fixtures, turned differently so that nothing is computed once for all, with equal reads between them. */
export function longRecords(repeats: number): SequenceRecord[] {
  const known = recordsOf(readFileSync(fixture('sequences.fa'), 'utf8'));
  return Array.from({ length: repeats }, (_, i) =>
    known.flatMap(([id, letters], k): SequenceRecord[] => [
      [`${i}_${id}`, letters.slice(7 * i) + letters.slice(0, 7 * i)],
      ...equalReads(READS_BEHIND_EACH, READS[0], `read_${i}_${k}`),
    ]),
  ).flat();
}

/** A window of each read: a few batches of the same shape. */
export function readRecords(): SequenceRecord[] {
  return READS.flatMap((letters, i) => equalReads(Math.ceil(WINDOW_FRAMES / FRAMES), letters, `read_${i}`));
}

function equalReads(count: number, letters: string, name: string): SequenceRecord[] {
  return Array.from({ length: count }, (_, i): SequenceRecord => [`${name}_${i}`, letters]);
}
