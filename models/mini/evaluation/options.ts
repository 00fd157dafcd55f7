/** The command line of `models/mini/evaluate`. */

import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { UserError } from '../../../src/system/errors.ts';
import type { Program } from './predict.ts';

export const ROOT = join(import.meta.dir, '..', '..', '..');

export const USAGE = `Usage: models/mini/evaluate --windows PREFIX [FLAGS]

Judges a model by what the compiled program writes about fragments of known origin, and prints tables in Markdown.

  --windows PREFIX    PREFIX.tsv.gz and PREFIX.fna.gz: windows of 1,000 nt to draw fragments from
  --training PREFIX   the training windows: counts how much the windows share with them (2 minutes, 1.2 GB)
  --apart             leaves out windows that share more than 10 % of their 31-mers with the training windows
  --model NAME|DIR    another bundle than the embedded one
  --binary PATH       the program [dist/virnucpro]
  --fragments N       fragments of each length; a quarter as many shuffled sequences are added [8000]
  --seed N            of everything that is drawn [1]
  --fit FILE          fits calibration and threshold on half A of the families, and writes them
  --write             stores models/mini/evaluation.json and its tables in models/mini/README.md and README.md
  --help              shows this
`;

export interface Options {
  readonly windows: string;
  readonly training: string | undefined;
  /** Whether windows that share much with training are left out. */
  readonly apart: boolean;
  readonly program: Program;
  readonly fragments: number;
  readonly seed: number;
  /** Path of the calibration to write. */
  readonly fit: string | undefined;
  readonly write: boolean;
}

/** @returns undefined where help was asked for */
export function parseOptions(argv: readonly string[]): Options | undefined {
  const values = parsed(argv);
  if (values.help === true) return undefined;
  if (values.windows === undefined) throw mistake('--windows is missing');
  if (values.apart === true && values.training === undefined) throw mistake('--apart is without --training');
  return {
    windows: values.windows,
    training: values.training,
    apart: values.apart ?? false,
    program: { binary: values.binary ?? join(ROOT, 'dist', 'virnucpro'), model: values.model },
    fragments: wholeNumber('--fragments', values.fragments ?? '8000', 4),
    seed: wholeNumber('--seed', values.seed ?? '1', 0),
    fit: values.fit,
    write: values.write ?? false,
  };
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        windows: { type: 'string' },
        training: { type: 'string' },
        apart: { type: 'boolean' },
        model: { type: 'string' },
        binary: { type: 'string' },
        fragments: { type: 'string' },
        seed: { type: 'string' },
        fit: { type: 'string' },
        write: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw mistake(error instanceof Error ? error.message.replace(/\.$/, '') : String(error));
  }
}

function wholeNumber(flag: string, text: string, lowest: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= lowest) return value;
  throw mistake(`${flag} ${text} is no whole number from ${lowest} on`);
}

function mistake(sentence: string): UserError {
  return new UserError(sentence, '"models/mini/evaluate --help" lists the flags.');
}
