/**
 * What the journal of `predict` costs, and how soon a result is safe.
 *
 *     bun bench/journal.ts [--rounds N] [--threads N] [--mini-reads N] [--small-reads N] [--closed-reads N]
 *
 * Three kinds of runs, from source: the embedded model, whose encoders are so fast that a journal weighs most; a bundle of
 * random weights with ESM-2 8M's shape and a nucleotide encoder like it; and reads without a frame through the embedded
 * model, where nothing is computed at all. Each is run as it is, with a file system that does nothing, and with a journal
 * that does nothing, turn by turn. Those differences are mostly noise. What counts is the journal's own CPU time as a share of
 * the run's: its calls by the clock of the main thread, and what comes of them, measured when the same calls are made again
 * at the same times by themselves. And the time that a run waited.
 */

import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeBundle } from '../src/convert/write-bundle.ts';
import { randomWeights } from '../test/helpers/random-weights.ts';
import { MODES, type Mode, type RunFigures } from './journal/figures.ts';
import { openReads } from './reads.ts';
import { printTable, spread } from './translate/figures.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    threads: { type: 'string', default: '2' },
    'mini-reads': { type: 'string', default: '8000' },
    'small-reads': { type: 'string', default: '1000' },
    'closed-reads': { type: 'string', default: '1000000' },
  },
});
const ROOT = join(import.meta.dir, '..');
const SEED = 20_261_122;
const LENGTH = 500;
/** Stops all six frames: it has TAA at every phase, and is its own reverse complement. */
const STOPS = 'TTAATTAATTAA';
const READS_AT_ONCE = 10_000;

interface Kind {
  readonly name: string;
  readonly reads: number;
  readonly areClosed: boolean;
  readonly model: readonly string[];
}

const folder = mkdtempSync(join(tmpdir(), 'virnucpro-bench-'));
try {
  await writeSmallBundle(join(folder, 'small'));
  const kinds: readonly Kind[] = [
    { name: 'embedded model', reads: Number(values['mini-reads']), areClosed: false, model: [] },
    {
      ...{ name: 'ESM-2 8M shape', reads: Number(values['small-reads']), areClosed: false },
      model: ['--model', join(folder, 'small')],
    },
    { name: 'without a frame', reads: Number(values['closed-reads']), areClosed: true, model: [] },
  ];
  for (const kind of kinds) if (kind.reads > 0) report(kind, measure(kind));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function measure(kind: Kind): ReadonlyMap<Mode, RunFigures[]> {
  writeReads(join(folder, 'reads.fa'), kind);
  const figures = new Map<Mode, RunFigures[]>(MODES.map((mode) => [mode, []]));
  for (let round = 0; round < Number(values.rounds); round += 1) {
    // Another one goes first each time.
    for (const i of MODES.keys()) {
      const mode = MODES[(i + round) % MODES.length]!;
      figures.get(mode)!.push(run(kind, mode));
    }
  }
  return figures;
}

function run({ model }: Kind, mode: Mode): RunFigures {
  const result = Bun.spawnSync(
    [
      ...[process.execPath, join(ROOT, 'bench', 'journal', 'one-run.ts'), 'figures.json', mode],
      ...['reads.fa', '-o', 'out', '--force', '--device', 'cpu', '--threads', values.threads, ...model],
    ],
    { cwd: folder, stdout: 'inherit', stderr: 'inherit' },
  );
  if (!result.success) throw new Error(`${mode}: ended with ${result.exitCode}`);
  return JSON.parse(readFileSync(join(folder, 'figures.json'), 'utf8')) as RunFigures;
}

/** 60 % of them with an open frame, or none. */
function writeReads(path: string, { reads, areClosed }: Kind): void {
  if (!areClosed) {
    writeFileSync(path, openReads(reads, LENGTH, 0.6, SEED));
    return;
  }
  const lines = openReads(READS_AT_ONCE, LENGTH - STOPS.length, 0, SEED).replaceAll(/\n(?=[^>])/g, `\n${STOPS}`);
  writeFileSync(path, '');
  for (let block = 0; block * READS_AT_ONCE < reads; block += 1) {
    appendFileSync(path, lines.replaceAll('>', `>block_${block}_`));
  }
}

function report({ name, reads }: Kind, figures: ReadonlyMap<Mode, readonly RunFigures[]>): void {
  console.log(`\n${name}: ${reads} reads of ${LENGTH} nt, ${values.threads} threads, medians (lowest to highest)`);
  printTable(
    ['run', 'CPU s', 'wall s'],
    MODES.map((mode) => {
      const runs = figures.get(mode)!;
      return [
        mode,
        spread(
          runs.map(({ cpu }) => cpu),
          2,
        ),
        spread(
          runs.map(({ wall }) => wall),
          2,
        ),
      ];
    }),
  );
  const runs = figures
    .get('journal')!
    .flatMap((one) => (one.journal === undefined ? [] : [{ ...one, ...one.journal }]));
  const share = (of: (one: (typeof runs)[number]) => number) =>
    `${spread(
      runs.map((one) => 100 * of(one)),
      2,
    )} %`;
  const most = (of: (one: (typeof runs)[number]) => number) => Math.max(...runs.map(of));
  const { bytes, batches, checkpoints } = runs[0]!;
  console.log(
    [
      `journal's own CPU time: ${share((one) => (one.mainCpu + one.otherCpu) / one.cpu)} of the run's (goal 1 %)`,
      `of it on the main thread: ${share((one) => one.mainCpu / one.cpu)}`,
      `the run waited for it: ${share((one) => one.waited / one.wall)} of its time (goal 1 %)`,
      `SHA-256 of the input, which is taken anyway: ${share((one) => one.hashing / one.cpu)}`,
      `${batches} batches, ${checkpoints} checkpoints, ${(bytes / 2 ** 20).toFixed(1)} MiB of numbers`,
      ...(batches === 0
        ? []
        : [
            `rows on the disk after ${spread(
              runs.map(({ untilSafe }) => untilSafe.median),
              2,
            )} s, at most ` +
              `${most(({ untilSafe }) => untilSafe.largest).toFixed(2)} s; at most ${most(({ mostRows }) => mostRows)} rows of ` +
              `one encoder were not there yet; next checkpoint at most ` +
              `${most(({ untilCheckpoint }) => untilCheckpoint).toFixed(2)} s after a batch`,
          ]),
    ].join('\n'),
  );
}

async function writeSmallBundle(path: string): Promise<void> {
  const shape = { layers: 6, width: 320, feedForward: 1280 } as const;
  const nucleotide = { kind: 'mosaicbert', ...shape, heads: 5, vocabulary: 4096, layerNormEpsilon: 1e-12 } as const;
  const protein = { kind: 'esm2', ...shape, heads: 20, vocabulary: 33, layerNormEpsilon: 1e-5 } as const;
  const classifier = { kind: 'classifier', input: 640, hidden: 128, batchNormEpsilon: 1e-5 } as const;
  const parts = {
    name: 'bench',
    precision: 'fp32' as const,
    nucleotide: randomWeights(nucleotide, 'nucleotide'),
    protein: randomWeights(protein, 'protein'),
    heads: [{ length: 500, weights: randomWeights(classifier, 'classifier') }],
    tokenizer: join(ROOT, 'models', 'tokenizer', 'tokenizer.json'),
  };
  await writeBundle(path, parts, () => undefined);
}
