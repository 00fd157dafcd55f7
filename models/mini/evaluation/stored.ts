/** The stored evaluation of the embedded bundle, and where its tables stand. */

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Evaluation } from './evaluation.ts';
import { ROOT } from './options.ts';
import { parseEvaluation } from './read-evaluation.ts';

const FOLDER = join(ROOT, 'models', 'mini');

export const STORED = {
  evaluation: join(FOLDER, 'evaluation.json'),
  card: join(FOLDER, 'README.md'),
  readme: join(ROOT, 'README.md'),
  manifest: join(FOLDER, 'bundle', 'manifest.json'),
};

/** Once there is a bundle it has to be judged, and what is stored about it has to be right. */
export const judged = existsSync(STORED.manifest) || existsSync(STORED.evaluation);

export async function readStored(): Promise<Evaluation> {
  return parseEvaluation(await readFile(STORED.evaluation, 'utf8'), STORED.evaluation);
}
