/**
 * `models/mini/evaluate`: how good a bundle is, from the tables that the compiled program writes.
 *
 * Draws fragments and shuffled sequences, has them scored, and prints what came out; with --fit it fits the calibration
 * on one half of the families, with --write it stores the numbers and their tables.
 */

import { readFile, writeFile } from 'node:fs/promises';
import { UserError } from '../../../src/system/errors.ts';
import { replaceBlock } from './blocks.ts';
import { RESAMPLES } from './bootstrap.ts';
import { CARD_BLOCK, cardBlock, README_BLOCK, readmeBlock } from './card.ts';
import { EVALUATION_FORMAT, type Evaluation, evaluationText, type ModelFacts } from './evaluation.ts';
import { calibrationText, type Fitted, fitHead } from './fit.ts';
import { drawFragments, drawShuffled } from './fragments.ts';
import { type Half, halvesOf } from './halves.ts';
import { WORD_LETTERS } from './k-mers.ts';
import { countShared, LARGEST_SHARED_PART, type Leakage, sharedParts } from './leakage.ts';
import { table } from './markdown.ts';
import { measure } from './measure.ts';
import { type Options, parseOptions, USAGE } from './options.ts';
import { predict } from './predict.ts';
import { Random } from './random.ts';
import { parseEvaluation } from './read-evaluation.ts';
import { joinScores, type ScoredLength } from './scored.ts';
import { STORED } from './stored.ts';
import { readWindows, type Window, type WindowSet } from './windows.ts';

/** Length of the fragments and chunk length of the head that scores them, nt. */
const LENGTHS: readonly { readonly length: number; readonly head: number }[] = [
  { length: 150, head: 300 },
  { length: 300, head: 300 },
  { length: 500, head: 500 },
  { length: 1000, head: 500 },
];

/** Fragments for one shuffled sequence. */
const PER_SHUFFLED = 4;

async function evaluate(options: Options): Promise<void> {
  const { windows, halves, files, leakage } = await chooseWindows(options);
  const { scored, model } = await score(options, windows, halves);
  if (options.fit !== undefined) await fit(options.fit, scored);
  const evaluation: Evaluation = {
    format: EVALUATION_FORMAT,
    model: { name: model.name, sha256: model.sha256, precision: model.precision },
    windows: { count: windows.length, files },
    seed: options.seed,
    fragments: fragmentsOf(options, windows),
    shuffled: shuffledOf(options, windows),
    resamples: RESAMPLES,
    lengths: scored.map((one) => measure(one, new Random(options.seed, `bootstrap ${one.length}`), RESAMPLES)),
    leakage,
  };
  // The tables are made of the numbers as they are stored, so that they can be made again from the file.
  const text = evaluationText(evaluation);
  const stored = parseEvaluation(text, STORED.evaluation);
  process.stdout.write(cardBlock(stored));
  if (options.write) await write(stored, text);
}

/** What is drawn from. */
interface Chosen extends WindowSet {
  /** One per window. */
  readonly halves: readonly Half[];
  readonly leakage: Leakage | null;
}

async function chooseWindows(options: Options): Promise<Chosen> {
  const { windows, files } = await readWindows(options.windows);
  // Of all windows: leaving some out may move no family to the other half.
  const halves = halvesOf(windows);
  if (options.training === undefined) return { windows, files, halves, leakage: null };
  const training = await readWindows(options.training);
  const parts = sharedParts(windows, training.windows);
  const isKept = (_: unknown, index: number) => !options.apart || parts[index]! <= LARGEST_SHARED_PART;
  const kept = windows.filter(isKept);
  const leakage: Leakage = {
    letters: WORD_LETTERS,
    training_windows: training.windows.length,
    left_out: windows.length - kept.length,
    classes: countShared(
      parts,
      windows.map(({ kind }) => kind),
    ),
  };
  return { windows: kept, files, halves: halves.filter(isKept), leakage };
}

async function score(
  options: Options,
  windows: readonly Window[],
  halves: readonly Half[],
): Promise<{ readonly scored: ScoredLength[]; readonly model: ModelFacts }> {
  const scored: ScoredLength[] = [];
  let model: ModelFacts | undefined;
  for (const { length, head } of LENGTHS) {
    const random = new Random(options.seed, `fragments ${length}`);
    const fragments = [
      ...drawFragments(windows, length, options.fragments, random),
      ...drawShuffled(windows, length, shuffledOf(options, windows), random),
    ];
    const found = await predict(options.program, fragments, head);
    model = found.model;
    scored.push({
      length,
      head,
      ...joinScores(fragments, found.predictions, windows, halves),
      threshold: model.threshold,
    });
  }
  if (model === undefined) throw new Error('no lengths');
  return { scored, model };
}

async function fit(file: string, scored: readonly ScoredLength[]): Promise<void> {
  const heads = [...Map.groupBy(scored, ({ head }) => head)];
  const fitted = heads.map(([head, members]) => fitHead(head, members));
  await writeFile(file, calibrationText(fitted));
  process.stdout.write(`${fitTable(fitted)}\n`);
}

function fitTable(fitted: readonly Fitted[]): string {
  const header = ['head', 'slope', 'intercept', 'threshold', 'MCC on half A', 'called virus on half A'];
  const rows = fitted.map(({ head, calibration, mcc, rates }) => [
    String(head),
    ...[calibration.slope, calibration.intercept, calibration.threshold, mcc].map((value) => value.toFixed(4)),
    [...rates].map(([name, rate]) => `${name} ${rate.toFixed(3)}`).join(', '),
  ]);
  return table(header, rows);
}

async function write(evaluation: Evaluation, text: string): Promise<void> {
  // What cannot be placed is told before anything is written.
  const card = replaceBlock(await readFile(STORED.card, 'utf8'), CARD_BLOCK, cardBlock(evaluation), STORED.card);
  const readme = replaceBlock(
    await readFile(STORED.readme, 'utf8'),
    README_BLOCK,
    readmeBlock(evaluation),
    STORED.readme,
  );
  await writeFile(STORED.evaluation, text);
  await writeFile(STORED.card, card);
  await writeFile(STORED.readme, readme);
}

function fragmentsOf({ fragments }: Options, windows: readonly Window[]): number {
  return Math.min(fragments, windows.length);
}

function shuffledOf(options: Options, windows: readonly Window[]): number {
  return Math.floor(fragmentsOf(options, windows) / PER_SHUFFLED);
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options === undefined) process.stdout.write(USAGE);
  else await evaluate(options);
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error.exitCode;
}
