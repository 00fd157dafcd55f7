/** Has the compiled program score the fragments of one length, and reads what it wrote. */

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../../src/system/errors.ts';
import type { ModelFacts } from './evaluation.ts';
import { type Fragment, fastaText } from './fragments.ts';
import { JsonFile } from './json.ts';
import { type Prediction, parseSequences } from './sequences-table.ts';

export interface Program {
  /** Path of the executable. */
  readonly binary: string;
  /** As `--model` takes it; undefined for the embedded one. */
  readonly model: string | undefined;
}

export interface Predicted {
  /** One per fragment, in their order. */
  readonly predictions: readonly Prediction[];
  readonly model: ModelFacts;
}

/** @param head chunk length of the classifier, nt */
export async function predict(program: Program, fragments: readonly Fragment[], head: number): Promise<Predicted> {
  const folder = await mkdtemp(join(tmpdir(), 'virnucpro-evaluate-'));
  try {
    const [input, output] = [join(folder, 'fragments.fna'), join(folder, 'results')];
    await writeFile(input, fastaText(fragments));
    await run(program, input, output, head);
    const table = join(output, 'sequences.tsv');
    const ids = fragments.map(({ id }) => id);
    return {
      predictions: parseSequences(await readFile(table, 'utf8'), ids, table),
      model: await readModel(join(output, 'summary.json')),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function run({ binary, model }: Program, input: string, output: string, head: number): Promise<void> {
  const flags = ['--length', String(head), '--output', output, ...(model === undefined ? [] : ['--model', model])];
  let child: Bun.Subprocess<'ignore', 'ignore', 'inherit'>;
  try {
    // Its own lines of progress go to standard error, where they do not mix with the tables.
    child = Bun.spawn([binary, 'predict', input, ...flags], { stdin: 'ignore', stdout: 'ignore', stderr: 'inherit' });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`cannot be started: ${reason}`, 'Run "npm run build" first, or give --binary.', {
      file: binary,
    });
  }
  const code = await child.exited;
  if (code === 0) return;
  throw new UserError(`predict ended with code ${code}`, 'What it said stands above.', { file: binary });
}

async function readModel(path: string): Promise<ModelFacts> {
  const model = (await new JsonFile(path, 'Is --binary the program that "npm run build" made?').read()).at('model');
  return {
    name: model.at('name').text,
    sha256: model.at('sha256').text,
    precision: model.at('precision').text,
    threshold: model.at('calibration').optional((calibration) => calibration.at('threshold').number),
  };
}
