/**
 * Throws seeded, mutated inputs at the readers: `bun test/fuzz/fuzz.ts [seed] [texts] [files] [run files]`.
 *
 * Three kinds of case: texts in memory, cut in many ways (check-text.ts); compressed files read as a stream; and files that
 * go through a whole run with a Worker, some hundred at once (check-files.ts). What fails is written to standard error with
 * its seed, number and bytes, and the exit code is 1. A hang shows as a count that stands still.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SequenceFormat } from '../../src/input/format.ts';
import { FileCheck, type FileReading } from './check-files.ts';
import { TextCheck } from './check-text.ts';
import { Dice } from './dice.ts';
import { batteredFile, batteredText } from './mutate.ts';

export interface FuzzPlan {
  readonly seed: number;
  readonly texts: number;
  readonly files: number;
  readonly runFiles: number;
  /** Files of a run. */
  readonly perRun: number;
  /** Called with a line to tell now and then. */
  readonly tell: (line: string) => void;
}

export interface FuzzResult {
  inputs: number;
  /** What was no sequence file at all. */
  refused: number;
  records: number;
  /** Records with a problem. */
  malformed: number;
  /** Files whose compression is damaged or cut off. */
  cut: number;
  /** Longest time of one case, ms. */
  slowest: number;
  readonly failures: string[];
}

const MOST_FAILURES = 20;
const TELL_EVERY = 10_000;

export async function fuzz(plan: FuzzPlan): Promise<FuzzResult> {
  const { seed, texts, files, runFiles, perRun } = plan;
  const result: FuzzResult = { inputs: 0, refused: 0, records: 0, malformed: 0, cut: 0, slowest: 0, failures: [] };
  const folder = mkdtempSync(join(tmpdir(), 'virnucpro-fuzz-'));
  try {
    const textCheck = new TextCheck();
    await each(plan, result, 'text', texts, (dice) => {
      const bytes = batteredText(dice, formatFor(dice));
      return { bytes, check: () => [{ container: 'plain', outcome: textCheck.check(dice, bytes), cut: undefined }] };
    });
    const fileCheck = new FileCheck(join(folder, 'files'));
    await each(plan, result, 'file', files, (dice) => {
      const bytes = batteredFile(dice, formatFor(dice));
      return { bytes, check: async () => [await fileCheck.read(dice, bytes)] };
    });
    await each(plan, result, 'run', Math.ceil(runFiles / perRun), (dice) => {
      const many = Array.from({ length: perRun }, () => anyFile(dice));
      return { bytes: undefined, check: () => fileCheck.checkRun(dice, many) };
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  plan.tell(`seed ${seed}: ${JSON.stringify(result)}`);
  return result;
}

function formatFor(dice: Dice): SequenceFormat {
  return dice.chance(0.5) ? 'fasta' : 'fastq';
}

function anyFile(dice: Dice): Uint8Array {
  return dice.chance(0.3) ? batteredText(dice, formatFor(dice)) : batteredFile(dice, formatFor(dice));
}

interface Case {
  readonly bytes: Uint8Array | undefined;
  readonly check: () => FileReading[] | Promise<FileReading[]>;
}

async function each(
  { seed, tell }: FuzzPlan,
  result: FuzzResult,
  kind: 'text' | 'file' | 'run',
  count: number,
  make: (dice: Dice) => Case,
): Promise<void> {
  const began = performance.now();
  for (let number = 0; number < count && result.failures.length < MOST_FAILURES; number += 1) {
    const { bytes, check } = make(new Dice(seed, number));
    const before = performance.now();
    try {
      note(result, await check());
    } catch (error) {
      const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
      const shown = bytes === undefined ? '' : `\n${Buffer.from(bytes).toString('base64')}`;
      result.failures.push(`${kind} ${number} of seed ${seed}: ${what}${shown}`);
      tell(result.failures.at(-1)!);
    }
    result.slowest = Math.max(result.slowest, performance.now() - before);
    if ((number + 1) % TELL_EVERY === 0) tell(`${kind} ${number + 1} of ${count}`);
  }
  if (count > 0) tell(`${count} of kind ${kind} in ${Math.round((performance.now() - began) / 1000)} s`);
}

function note(result: FuzzResult, readings: readonly FileReading[]): void {
  for (const { outcome, cut } of readings) {
    result.inputs += 1;
    if (cut !== undefined) result.cut += 1;
    if ('refusal' in outcome) result.refused += 1;
    else {
      const { records } = outcome.reading;
      result.records += records.length;
      result.malformed += records.filter(({ problem }) => problem !== undefined).length;
    }
  }
}

if (import.meta.main) {
  const [seed = 1, texts = 850_000, files = 120_000, runFiles = 30_000] = process.argv.slice(2).map(Number);
  const tell = (line: string): void => void process.stderr.write(`${line}\n`);
  const { failures } = await fuzz({ seed, texts, files, runFiles, perRun: 300, tell });
  process.exitCode = failures.length > 0 ? 1 : 0;
}
