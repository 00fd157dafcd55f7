/** The commands that write, each with what is there before it and what a person types when it was refused. */

import { join } from 'node:path';
import { MANIFEST_FILE } from '../../src/model/bundle/manifest.ts';
import { RESULT_FILE } from '../../src/output/paths.ts';
import { fixture } from './fixtures.ts';
import type { DiskCall, DiskRefusal } from './refusing-disk.ts';

/** Each runs in a folder that holds `in.fa` and `bundle`. */
export interface Scenario {
  readonly name: string;
  /** Cases that are drawn where not all are tried. */
  readonly drawn: number;
  /** @param folder of the case, absolute; nothing is written elsewhere */
  readonly args: (folder: string) => string[];
  /** What is typed next. */
  readonly again: (folder: string) => string[];
  readonly env?: (folder: string) => Record<string, string>;
  /** What is there before. */
  readonly begins?: Beginning;
  /** Calls below this path of the case are counted; all by default. */
  readonly watched?: string;
  /** What is there already is not made again. */
  readonly isOnce?: boolean;
  /** This file is there only beside all others of its run. */
  readonly seal?: string;
}

/** A run that ended in the second window, without and with embeddings, and a finished one with other options. */
export type Beginning = 'interrupted' | 'interrupted-embeddings' | 'earlier';

export const predict = (folder: string, ...more: string[]) => [
  ...['predict', 'in.fa', '--model', 'bundle', '-o', join(folder, 'out'), '--device', 'cpu', '--threads', '1'],
  ...more,
];
const translate = (folder: string, ...more: string[]) => [
  ...['translate', 'in.fa', '-o', join(folder, 'out'), '--length', '500', '--chunks', '--threads', '1', ...more],
];
const checkpoints = [
  ...['--protein', fixture('esm2', 'hf_safetensors'), '--nucleotide', fixture('dnaberts', 'hf_safetensors')],
  ...['--classifier', fixture('classifier', '500.safetensors'), '--length', '500'],
];
export const importTo = (folder: string) => ['models', 'import', '-o', join(folder, 'bundle'), ...checkpoints];
const install = () => ['models', 'import', '--name', 'tiny', ...checkpoints];
const seal = join('out', RESULT_FILE.summary);

export const PREDICT: Scenario = {
  ...{ name: 'predict', drawn: 2, seal },
  args: (folder) => predict(folder),
  again: (folder) => predict(folder, '--resume'),
};

export const SCENARIOS: readonly Scenario[] = [
  PREDICT,
  {
    ...{ name: 'predict --save-embeddings', drawn: 2, seal },
    args: (folder) => predict(folder, '--save-embeddings'),
    again: (folder) => predict(folder, '--save-embeddings', '--resume'),
  },
  {
    ...{ name: 'predict --resume', drawn: 2, begins: 'interrupted', seal },
    args: (folder) => predict(folder, '--resume'),
    again: (folder) => predict(folder, '--resume'),
  },
  {
    ...{ name: 'predict --save-embeddings --resume', drawn: 2, begins: 'interrupted-embeddings', seal },
    args: (folder) => predict(folder, '--save-embeddings', '--resume'),
    again: (folder) => predict(folder, '--save-embeddings', '--resume'),
  },
  {
    ...{ name: 'predict --force over other results', drawn: 2, begins: 'earlier', seal },
    args: (folder) => predict(folder, '--force'),
    // What is there may be the earlier run, whole, which --resume would refuse.
    again: (folder) => predict(folder, '--force'),
  },
  {
    ...{ name: 'predict with an empty cache', drawn: 1, watched: 'cache', seal },
    args: (folder) => predict(folder),
    again: (folder) => predict(folder, '--resume'),
    env: (folder) => ({ VIRNUCPRO_CACHE: join(folder, 'cache') }),
  },
  {
    ...{ name: 'translate', drawn: 6 },
    args: (folder) => translate(folder),
    // Some of its files may have their names.
    again: (folder) => translate(folder, '--force'),
  },
  {
    ...{ name: 'models import to a folder', drawn: 2, isOnce: true, seal: join('bundle', MANIFEST_FILE) },
    args: importTo,
    again: importTo,
  },
  {
    ...{ name: 'models import by name', drawn: 2, isOnce: true, seal: join('models', 'tiny', MANIFEST_FILE) },
    args: install,
    again: install,
    env: (folder) => ({ VIRNUCPRO_MODELS: join(folder, 'models') }),
  },
];

/** How a call is refused: a disk that is full stays full, other trouble may pass. */
export const REFUSALS: Readonly<Record<DiskCall, readonly Omit<DiskRefusal, 'call' | 'nth'>[]>> = {
  open: [
    { code: 'ENOSPC', lasting: true },
    { code: 'EACCES', lasting: false },
  ],
  write: [
    { code: 'ENOSPC', lasting: true },
    { code: 'EDQUOT', lasting: false },
    { code: 'EIO', lasting: false },
  ],
  sync: [
    { code: 'EIO', lasting: false },
    { code: 'ENOSPC', lasting: true },
    { code: 'EINVAL', lasting: true },
  ],
  truncate: [{ code: 'EIO', lasting: false }],
  rename: [
    { code: 'EIO', lasting: false },
    { code: 'ENOSPC', lasting: true },
  ],
  unlink: [{ code: 'EIO', lasting: false }],
  mkdir: [{ code: 'ENOSPC', lasting: true }],
};
