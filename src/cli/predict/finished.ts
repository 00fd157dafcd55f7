/** `--resume` on a run that is finished: it is compared with what is asked for now, and then there is nothing to do. */

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readingError } from '../../input/reading-error.ts';
import { journalFolder } from '../../output/folder.ts';
import { RESULT_FILE } from '../../output/paths.ts';
import { UserError } from '../../system/errors.ts';
import { isObject } from '../../system/json-object.ts';
import { systemCode } from '../../system/machine-error.ts';
import { sha256OfFile } from '../../system/sha256.ts';
import type { Run } from './run.ts';

/** Options that decide results, as `summary.json` names them, and their flags. */
const OPTIONS = [
  ['length', '--length'],
  ['min_length', '--min-length'],
  ['batch_tokens', '--batch-tokens'],
  ['precision', '--precision'],
  ['save_embeddings', '--save-embeddings'],
] as const;

type Asked = Pick<Run, 'plan' | 'bundle' | 'head' | 'planned'>;

/**
 * @returns the counts of the finished run; undefined where there is none
 * @throws UserError where it was another one
 */
export async function finishedCounts(run: Asked): Promise<Readonly<Record<string, number>> | undefined> {
  const { plan, bundle, head, planned } = run;
  const path = join(plan.output, RESULT_FILE.summary);
  // Results that an interrupted run was to replace are not those of that run.
  if (existsSync(journalFolder(plan.output))) return undefined;
  const summary = await read(path);
  if (summary === undefined) return undefined;
  const { options, model, inputs, counts } = summary;
  if (!isObject(options) || !isObject(model) || !Array.isArray(inputs) || !isObject(counts)) throw damaged(path);
  const now: Readonly<Record<string, unknown>> = {
    ...{ length: head.length, min_length: plan.minimumLength, batch_tokens: plan.batchTokens },
    ...{ precision: planned.arithmetic, save_embeddings: plan.saveEmbeddings },
  };
  const different = OPTIONS.flatMap(([key, flag]) =>
    options[key] === now[key] ? [] : [`${flag} was ${String(options[key])}, is ${String(now[key])}`],
  );
  if (model['sha256'] !== bundle.sha256) different.push('the bundle is another one');
  if (inputs.length !== plan.inputs.length) different.push('the number of inputs is another one');
  for (const [i, input] of inputs.entries()) {
    const name = plan.inputs[i];
    // What comes through a pipe cannot be looked at without taking it away.
    if (name === undefined || name === '-' || !isObject(input)) continue;
    if ((await contentOf(name)) !== input['sha256']) different.push(`${name} has another content`);
  }
  if (different.length > 0) {
    throw new UserError(
      `the folder holds a finished run, and not this one: ${different.join('; ')}`,
      'Choose another folder with --output, or replace it with --force instead of --resume.',
      { file: plan.output },
    );
  }
  return Object.fromEntries(
    Object.entries(counts).flatMap(([key, count]) => (typeof count === 'number' ? [[key, count]] : [])),
  );
}

/** SHA-256 in hexadecimal. */
async function contentOf(name: string): Promise<string> {
  try {
    return await sha256OfFile(name);
  } catch (error) {
    throw readingError(error, name);
  }
}

async function read(path: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw readingError(error, path);
  }
  try {
    const json: unknown = JSON.parse(text);
    if (isObject(json)) return json;
  } catch {}
  throw damaged(path);
}

function damaged(path: string): UserError {
  return new UserError('the record of the finished run is damaged', 'Replace the results with --force.', {
    file: path,
  });
}
