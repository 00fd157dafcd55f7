/** FASTA and FASTQ: texts in memory, compressed files as streams, and files through a whole run with its Workers. */

import { join } from 'node:path';
import type { SequenceFormat } from '../../../src/input/format.ts';
import { FileCheck, type FileReading } from '../check-files.ts';
import { TextCheck } from '../check-text.ts';
import type { Dice } from '../dice.ts';
import { batteredFile, batteredText } from '../mutate.ts';
import type { FuzzTarget, Tally } from '../target.ts';

const FILES_PER_RUN = 300;

export const SEQUENCES: readonly FuzzTarget[] = [
  {
    name: 'text',
    what: 'FASTA and FASTQ in memory, cut in many ways (check-text.ts)',
    open: () => {
      const check = new TextCheck();
      return (dice) => {
        const input = batteredText(dice, formatFor(dice));
        return { input, run: () => tally([{ container: 'plain', outcome: check.check(dice, input), cut: undefined }]) };
      };
    },
  },
  {
    name: 'file',
    what: 'gzip, bgzip and zstd as streams and in runs of blocks, against other decompressors (check-files.ts)',
    open: (folder) => {
      const check = new FileCheck(join(folder, 'files'));
      return (dice) => {
        const input = batteredFile(dice, formatFor(dice));
        return { input, run: async () => tally([await check.read(dice, input)]) };
      };
    },
  },
  {
    name: 'run',
    what: 'the same files, plain and compressed, many at once through a run with Workers (check-files.ts)',
    open: (folder) => {
      const check = new FileCheck(join(folder, 'files'));
      return (dice) => {
        const files = Array.from({ length: FILES_PER_RUN }, () => anyFile(dice));
        return { input: undefined, run: async () => tally(await check.checkRun(dice, files)) };
      };
    },
  },
];

function formatFor(dice: Dice): SequenceFormat {
  return dice.chance(0.5) ? 'fasta' : 'fastq';
}

function anyFile(dice: Dice): Uint8Array {
  return dice.chance(0.3) ? batteredText(dice, formatFor(dice)) : batteredFile(dice, formatFor(dice));
}

/** `malformed` counts records with a problem, `cut` files whose compression is damaged or cut off. */
function tally(readings: readonly FileReading[]): Tally {
  const result = { inputs: 0, read: 0, refused: 0, records: 0, malformed: 0, cut: 0 };
  for (const { outcome, cut } of readings) {
    result.inputs += 1;
    if (cut !== undefined) result.cut += 1;
    if ('refusal' in outcome) {
      result.refused += 1;
      continue;
    }
    const { records } = outcome.reading;
    result.read += 1;
    result.records += records.length;
    result.malformed += records.filter(({ problem }) => problem !== undefined).length;
  }
  return result;
}
