/** `virnucpro translate`: the reading frames as FASTA, to files or to standard output. */

import type { Emit } from '../../events/event.ts';
import { makeFolder } from '../../output/folder.ts';
import {
  type FrameFileNames,
  FrameFiles,
  type FrameStream,
  frameFileName,
  refuseExisting,
} from '../../output/frame-files.ts';
import { writeStandardOutput } from '../../output/standard-output.ts';
import { RESULT_FRAME, recordsOf } from '../../run/pool/job.ts';
import { inspectInputs, openRun } from '../../run/pool/open-run.ts';
import type { RunItem, SequenceRun } from '../../run/pool/run.ts';
import { lockFolder } from '../../system/folder-lock.ts';
import { VERSION } from '../../system/program.ts';
import { onSignal } from '../../system/signals.ts';
import { tellOddities } from '../oddities.ts';
import type { TranslatePlan } from '../plan.ts';
import { Problems } from '../problems.ts';
import { sequenceProgress } from '../sequence-progress.ts';

type Piece = Extract<RunItem, { item: 'piece' }>;

/** @returns the exit code */
export async function translate(plan: TranslatePlan, emit: Emit): Promise<number> {
  const began = performance.now();
  const { target, length, frames, compression } = plan;
  const inputs = await inspectInputs(plan.inputs);
  const streams = streamsOf(plan);
  const names: FrameFileNames = { frames, streams, length, compression };
  if (target.kind === 'folder') {
    const all = plan.stems.flatMap((stem) => streams.map((stream) => frameFileName(stem, stream, names)));
    refuseExisting(target.path, all, target.force);
    makeFolder(target.path);
  }
  const run = openRun(inputs, {
    threads: plan.threads,
    batchSize: plan.batchSize,
    chunkSize: length,
    minimumLength: 0,
    sink: { kind: 'text', frames, streams, compression },
    hashInputs: false,
  });
  const problems = new Problems(plan.inputs, plan.strict, emit);
  const take = async (write: (piece: Piece) => void): Promise<void> => {
    tellStart(plan, run, emit);
    for await (const item of run.items()) {
      if (item.item === 'piece') write(item);
      else if (item.item === 'job') emit(sequenceProgress(run, began));
      else problems.take(item);
    }
    tellOddities(run.oddities, run.inputs, emit);
  };
  let written: readonly string[] = [];
  try {
    switch (target.kind) {
      case 'folder':
        written = await writeFiles(plan, target.path, names, take);
        break;
      case 'stdout':
        await take(({ memory, start, end }) => writeStandardOutput(memory.subarray(start, end)));
        break;
      case 'discard':
        await take(() => undefined);
        break;
      default:
        target satisfies never;
    }
  } finally {
    run.close();
  }
  const { counts } = run;
  emit({
    event: 'finished',
    counts: { records: recordsOf(counts), ...counts },
    seconds: (performance.now() - began) / 1000,
    folder: targetText(plan),
    written,
  });
  return problems.exitCode;
}

function streamsOf({ target, chunks }: TranslatePlan): FrameStream[] {
  if (target.kind === 'stdout') return [target.stream];
  return chunks ? ['nucleotide', 'protein', 'chunks'] : ['nucleotide', 'protein'];
}

function targetText({ target }: TranslatePlan): string {
  switch (target.kind) {
    case 'folder':
      return target.path;
    case 'stdout':
      return 'standard output';
    case 'discard':
      return 'nowhere';
    default:
      return target satisfies never;
  }
}

async function writeFiles(
  plan: TranslatePlan,
  folder: string,
  names: FrameFileNames,
  take: (write: (piece: Piece) => void) => Promise<void>,
): Promise<string[]> {
  const unlock = lockFolder(folder);
  let files: FrameFiles | undefined;
  const release = onSignal(() => {
    files?.abort();
    unlock();
  });
  try {
    const made = new FrameFiles(folder, plan.stems, names);
    files = made;
    await take(({ input, kind, memory, start, end }) => made.write(input, streamOf(kind), memory.subarray(start, end)));
    return made.commit();
  } catch (error) {
    files?.abort();
    throw error;
  } finally {
    release();
    unlock();
  }
}

function streamOf(kind: number): FrameStream {
  switch (kind) {
    case RESULT_FRAME.nucleotide:
      return 'nucleotide';
    case RESULT_FRAME.protein:
      return 'protein';
    case RESULT_FRAME.chunks:
      return 'chunks';
    default:
      throw new Error(`a result of kind ${kind} is no text`);
  }
}

function tellStart(plan: TranslatePlan, run: SequenceRun, emit: Emit): void {
  const { workers, batchSize, window } = run.options.settings;
  emit({
    event: 'started',
    version: VERSION,
    inputs: plan.inputs,
    output: targetText(plan),
    model: undefined,
    length: plan.length,
    threads: undefined,
    workers,
    batch_size: batchSize,
    window,
  });
}
