/**
 * Two steps of training from the seed give the same losses twice, where a Python with PyTorch is at hand:
 * VIRNUCPRO_TRAINING_PYTHON, else python3.
 */

import { afterAll, expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'bun';

const TRAINING = join(import.meta.dir, '..', '..', 'models', 'mini', 'training');
const python = process.env['VIRNUCPRO_TRAINING_PYTHON'] ?? Bun.which('python3');
const hasTorch = python !== null && Bun.spawnSync([python, '-c', 'import torch, numpy']).success;
const root = mkdtempSync(join(tmpdir(), 'training-'));
afterAll(() => rmSync(root, { recursive: true }));

/** Windows of letters without meaning, in the form of the real ones. */
function writeWindows(split: string): void {
  let state = Bun.hash.crc32(split);
  const letter = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return 'ACGT'[state >>> 30]!;
  };
  const rows = ['id\tlabel\tclass\tgroup\torganism\tsource\tseq\tstart'];
  const records: string[] = [];
  for (let i = 0; i < 60; i++) {
    const virus = i % 2 === 0;
    const family = `F${i % 6}`;
    rows.push(`w${i}\t${virus ? 'virus\tviral' : 'other\tbacteria'}\t${family}:G\to${i}\ttest\ts${i}\t0`);
    records.push(`>w${i}\n${Array.from({ length: 1000 }, letter).join('')}\n`);
  }
  writeFileSync(join(root, `${split}.tsv.gz`), gzipSync(Buffer.from(`${rows.join('\n')}\n`)));
  writeFileSync(join(root, `${split}.fna.gz`), gzipSync(Buffer.from(records.join(''))));
}

/** Losses of the steps that are still to be done until `step`, as hexadecimal floats: not one bit may differ. */
async function losses(work: string, step: number, seed: number): Promise<string[]> {
  const settings = await Bun.file(join(TRAINING, 'settings.json')).json();
  // The last stage is the whole model; without the stage before it, it starts from the seed.
  const { from: _, ...last } = settings.stages.at(-1);
  const file = join(root, 'settings.json');
  writeFileSync(file, JSON.stringify({ ...settings, seed, stages: [{ ...last, rows: 8, teachers: [] }] }));
  mkdirSync(join(root, work), { recursive: true });
  const command = ['train.py', last.name, '--windows', root, '--work', join(root, work), '--settings', file];
  const { success, stdout, stderr } = Bun.spawnSync([python!, ...command, '--until', String(step)], { cwd: TRAINING });
  expect([success, success ? '' : stderr.toString()]).toEqual([true, '']);
  return stdout.toString().trimEnd().split('\n');
}

test.skipIf(!hasTorch)(
  hasTorch
    ? 'the seed decides every loss, also behind a stop'
    : 'skipped: no Python with torch in VIRNUCPRO_TRAINING_PYTHON',
  async () => {
    writeWindows('windows.train');
    const first = await losses('first', 4, 0);
    expect(first.map((line) => line.replace(/0x1\.[0-9a-f]+p\+\d$/, 'loss'))).toEqual([
      ...['1 loss', '2 loss', '3 loss', '4 loss'],
    ]);
    expect([...(await losses('second', 2, 0)), ...(await losses('second', 4, 0))]).toEqual(first);
    expect((await losses('other', 4, 1)).filter((line) => first.includes(line))).toEqual([]);
  },
);
