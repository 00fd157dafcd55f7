/**
 * Ugly inputs, and what each of their records must become. The index is `SPECIMENS`; README.md says how to add one.
 *
 * Texts are written in Latin-1, one character a byte. A record that is read is given by its sequence without line ends and
 * blanks (U as it stands), one that is not by the sentence about it; lines count from 1.
 */

import { COMPRESSED } from './compressed.ts';
import { FASTA } from './fasta.ts';
import { FASTQ } from './fastq.ts';
import type { Specimen } from './specimen.ts';

export type { Specimen, SpecimenRecord } from './specimen.ts';

/** Every one of them, by a file name that no other has. */
export const SPECIMENS: readonly Specimen[] = [...FASTA, ...FASTQ, ...COMPRESSED];
