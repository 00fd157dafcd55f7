/** From what was typed to a validated, immutable plan of a run. Nothing is opened or written here. */

import { availableParallelism } from 'node:os';
import { UserError } from '../system/errors.ts';
import { type Arguments, wholeNumber } from './arguments.ts';
import type { PREDICT } from './flags.ts';

/** Tokens of a batch on a CPU: large enough that matrix products dominate, small enough to stay in the cache. */
const DEFAULT_BATCH_TOKENS = 4096;

export interface PredictPlan {
  /** As typed; `-` is standard input. */
  readonly inputs: readonly string[];
  /** Result folder as typed or derived. */
  readonly output: string;
  /** As typed; undefined is the embedded bundle. */
  readonly model: string | undefined;
  /** Chunk length as typed, nt; undefined leaves it to the bundle. */
  readonly length: number | undefined;
  readonly threads: number;
  readonly minimumLength: number;
  readonly batchTokens: number;
  readonly saveEmbeddings: boolean;
  readonly verifyBundle: boolean;
  readonly dryRun: boolean;
  readonly force: boolean;
}

export function predictPlan(given: Arguments<typeof PREDICT>): PredictPlan {
  const [first] = given.positionals;
  if (first === undefined) {
    throw new UserError('No input was named', 'Name FASTA files, or - for standard input: virnucpro predict reads.fa');
  }
  return {
    inputs: given.positionals,
    output: given.value('output') ?? `${stem(first)}_predictions`,
    model: given.value('model'),
    length: chunkLength(given),
    threads: given.integer('threads', 1) ?? availableParallelism(),
    minimumLength: given.integer('min-length', 0) ?? 0,
    batchTokens: given.integer('batch-tokens', 1) ?? DEFAULT_BATCH_TOKENS,
    saveEmbeddings: given.has('save-embeddings'),
    verifyBundle: given.has('verify-bundle'),
    dryRun: given.has('dry-run'),
    force: given.has('force'),
  };
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
