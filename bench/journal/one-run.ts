/**
 * One run of `predict` in this process, measured: `bun bench/journal/one-run.ts FIGURES MODE predict's arguments`. Writes
 * `RunFigures` as JSON to FIGURES. Works in the current folder; `out` is the results' folder.
 */

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { parseArguments } from '../../src/cli/arguments.ts';
import { predict } from '../../src/cli/commands/predict.ts';
import { PREDICT } from '../../src/cli/flags.ts';
import { predictPlan } from '../../src/cli/plan.ts';
import { median } from '../translate/figures.ts';
import { type JournalFigures, MODES, type RunFigures } from './figures.ts';
import { replay } from './replay.ts';
import { cpuSeconds, now, Watch } from './watch.ts';
import { withoutDisk, withoutJournal } from './without.ts';

const [path, typed, ...args] = process.argv.slice(2);
const mode = MODES.find((name) => name === typed);
if (path === undefined || mode === undefined) throw new Error('usage: one-run.ts FIGURES MODE ARGUMENTS');
const plan = predictPlan(parseArguments(PREDICT, args));
const watch = new Watch();
if (mode === 'journal') watch.start();
else if (mode === 'no disk') withoutDisk();
else withoutJournal();

const began = process.cpuUsage();
const beganAt = now();
const code = await predict(plan, ['predict', ...args], (event) => watch.take(event));
if (code !== 0) throw new Error(`predict gave ${code}`);
const wall = now() - beganAt;
const cpu = cpuSeconds(process.cpuUsage(began));
watch.stop();
const journal = mode === 'journal' ? await journalFigures(plan.inputs[0]!) : undefined;
writeFileSync(path, JSON.stringify({ wall, cpu, journal } satisfies RunFigures));
// Workers of the run may still be ending.
process.exit();

async function journalFigures(input: string): Promise<JournalFigures> {
  const { mainCpu, waited, untilSafe, untilCheckpoint, mostRows, batches, checkpoints, calls } = watch;
  const figures = { mainCpu, waited, untilCheckpoint, mostRows, batches, checkpoints };
  const safe = { median: untilSafe.length === 0 ? 0 : median(untilSafe), largest: Math.max(0, ...untilSafe) };
  const bytes = readFileSync(input);
  const hashBegan = process.cpuUsage();
  new Bun.CryptoHasher('sha256').update(bytes).digest();
  const hashing = cpuSeconds(process.cpuUsage(hashBegan));
  mkdirSync('replayed');
  try {
    return { ...figures, ...(await replay(calls, 'replayed')), untilSafe: safe, hashing };
  } finally {
    rmSync('replayed', { recursive: true });
  }
}
