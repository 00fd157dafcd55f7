/** From what was typed to a validated, immutable plan of a run. Nothing is opened or written here. */

import { availableParallelism } from 'node:os';
import type { Arithmetic } from '../device/backend.ts';
import { UserError } from '../system/errors.ts';
import { type Arguments, wholeNumber } from './arguments.ts';
import type { PREDICT, TRANSLATE, VALIDATE } from './flags.ts';

/** Tokens of a batch on a CPU: large enough that matrix products dominate, small enough to stay in the cache. */
export const DEFAULT_BATCH_TOKENS = 4096;
/** A driver notices a card that hangs within seconds, but a software GPU on a busy machine may take minutes to begin. */
export const DEFAULT_HANG_SECONDS = 300;

/** What computes, and how far it is trusted. */
export interface DevicePlan {
  /** As typed: `auto`, or a list of devices. */
  readonly devices: string;
  /** Undefined leaves it to the bundle. */
  readonly arithmetic: Arithmetic | undefined;
  /** Ids of devices that are used whatever their proof says. */
  readonly trusted: readonly string[];
  /** Seconds of silence after which a device is given up. */
  readonly hangSeconds: number;
}

export interface PredictPlan {
  /** As typed; `-` is standard input. */
  readonly inputs: readonly string[];
  /** Result folder as typed or derived. */
  readonly output: string;
  /** As typed; undefined is the embedded bundle. */
  readonly model: string | undefined;
  /** Chunk length as typed, nt; undefined leaves it to the bundle. */
  readonly length: number | undefined;
  readonly devices: DevicePlan;
  readonly threads: number;
  readonly minimumLength: number;
  readonly batchTokens: number;
  readonly saveEmbeddings: boolean;
  readonly verifyBundle: boolean;
  readonly dryRun: boolean;
  /** The first record that cannot be read ends the run. */
  readonly strict: boolean;
  /** Goes on with the journal in the folder, if there is one. */
  readonly resume: boolean;
  readonly force: boolean;
}

export interface TranslatePlan {
  /** As typed; `-` is standard input. */
  readonly inputs: readonly string[];
  /** Of the inputs' names, all different. */
  readonly stems: readonly string[];
  readonly target:
    | { readonly kind: 'folder'; readonly path: string; readonly force: boolean }
    | { readonly kind: 'stdout'; readonly stream: 'protein' | 'nucleotide' }
    /** Nothing is written. */
    | { readonly kind: 'discard' };
  /** Chunk length, nt. */
  readonly length: number;
  readonly frames: 'open' | 'all';
  readonly chunks: boolean;
  readonly compression: 'gzip' | 'zstd' | undefined;
  readonly threads: number;
  readonly batchSize: number | undefined;
  readonly strict: boolean;
}

export interface ValidatePlan {
  readonly inputs: readonly string[];
  /** Chunk length, nt. */
  readonly length: number;
  readonly threads: number;
  readonly json: boolean;
}

/** The method's own chunk length where no bundle decides, nt. */
const DEFAULT_LENGTH = 500;

export function translatePlan(given: Arguments<typeof TRANSLATE>): TranslatePlan {
  const first = firstInput(given.positionals, 'translate');
  const stems = given.positionals.map(stem);
  const twice = stems.findIndex((name, i) => stems.indexOf(name) < i);
  const stdout = oneOf(given.value('stdout'), '--stdout', ['protein', 'nucleotide']);
  const discard = given.has('discard');
  if (twice >= 0 && stdout === undefined && !discard) {
    throw new UserError(
      `${given.positionals[stems.indexOf(stems[twice]!)]} and ${given.positionals[twice]} would be written to the same files (${stems[twice]}_…)`,
      'Translate them into two folders, or rename one.',
    );
  }
  if (stdout !== undefined && discard) {
    throw new UserError('--stdout and --discard exclude each other', 'Give one of them.');
  }
  if ((stdout !== undefined || discard) && (given.has('output') || given.has('chunks'))) {
    const flag = given.has('output') ? '--output' : '--chunks';
    throw new UserError(`${flag} and ${discard ? '--discard' : '--stdout'} exclude each other`, 'Give one of them.');
  }
  return {
    inputs: given.positionals,
    stems,
    target:
      stdout !== undefined
        ? { kind: 'stdout', stream: stdout }
        : discard
          ? { kind: 'discard' }
          : { kind: 'folder', path: given.value('output') ?? `${stem(first)}_frames`, force: given.has('force') },
    length: given.integer('length', 1) ?? DEFAULT_LENGTH,
    frames: oneOf(given.value('frames'), '--frames', ['open', 'all']) ?? 'open',
    chunks: given.has('chunks'),
    compression: oneOf(given.value('compress'), '--compress', ['gzip', 'zstd']),
    threads: given.integer('threads', 1) ?? availableParallelism(),
    batchSize: given.integer('batch-size', 1),
    strict: given.has('strict'),
  };
}

export function validatePlan(given: Arguments<typeof VALIDATE>): ValidatePlan {
  firstInput(given.positionals, 'validate');
  return {
    inputs: given.positionals,
    length: given.integer('length', 1) ?? DEFAULT_LENGTH,
    threads: given.integer('threads', 1) ?? availableParallelism(),
    json: given.has('json'),
  };
}

function firstInput(inputs: readonly string[], command: string): string {
  const [first] = inputs;
  if (first !== undefined) return first;
  throw new UserError(
    'No input was named',
    `Name FASTA or FASTQ files, or - for standard input: virnucpro ${command} reads.fa`,
  );
}

function oneOf<W extends string>(typed: string | undefined, flag: string, words: readonly W[]): W | undefined {
  if (typed === undefined) return undefined;
  const word = words.find((candidate) => candidate === typed);
  if (word !== undefined) return word;
  throw new UserError(`${flag} ${typed} is not known`, `${flag} takes ${words.join(' or ')}.`);
}

export function predictPlan(given: Arguments<typeof PREDICT>): PredictPlan {
  const first = firstInput(given.positionals, 'predict');
  return {
    inputs: given.positionals,
    output: given.value('output') ?? `${stem(first)}_predictions`,
    model: given.value('model'),
    length: chunkLength(given),
    devices: {
      devices: given.value('device') ?? 'auto',
      arithmetic: oneOf(given.value('precision'), '--precision', ['fp32', 'fp16']),
      trusted:
        given
          .value('trust-device')
          ?.split(',')
          .map((id) => id.trim()) ?? [],
      hangSeconds: given.integer('hang-seconds', 1) ?? DEFAULT_HANG_SECONDS,
    },
    threads: given.integer('threads', 1) ?? availableParallelism(),
    minimumLength: given.integer('min-length', 0) ?? 0,
    batchTokens: given.integer('batch-tokens', 1) ?? DEFAULT_BATCH_TOKENS,
    saveEmbeddings: given.has('save-embeddings'),
    verifyBundle: given.has('verify-bundle'),
    dryRun: given.has('dry-run'),
    strict: given.has('strict'),
    resume: resumes(given),
    force: given.has('force'),
  };
}

function resumes(given: Arguments<typeof PREDICT>): boolean {
  if (given.has('resume') && given.has('force')) {
    throw new UserError('--resume and --force exclude each other', 'Give one of them.');
  }
  return given.has('resume');
}

/** A file's name without its folder, one compression ending and one sequence ending; `stdin` for `-`. */
export function stem(input: string): string {
  if (input === '-') return 'stdin';
  const name = input.split(/[/\\]/).at(-1) ?? input;
  return name.replace(/\.(gz|bgz|zst)$/, '').replace(/\.(fa|fasta|fna|fq|fastq)$/, '');
}

function chunkLength(given: Arguments<typeof PREDICT>): number | undefined {
  const length = given.integer('length', 1);
  const letter = given.value('model-length');
  if (letter === undefined) return length;
  if (!/^[0-9]+$/.test(letter)) {
    throw new UserError(
      `-m ${letter} is no chunk length`,
      `-m takes 300 or 500; to choose a bundle use --model ${letter}.`,
    );
  }
  const other = wholeNumber('-m', letter, 1);
  if (length !== undefined && length !== other) {
    throw new UserError(`-m ${other} and --length ${length} contradict each other`, 'Give one of them.');
  }
  return other;
}
