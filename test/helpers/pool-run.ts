/** Runs of the whole pool over files, in this process, and all that comes out of them. */

import { type PieceCounts, RESULT_FRAME } from '../../src/run/pool/job.ts';
import { inspectInputs } from '../../src/run/pool/open-run.ts';
import { type InputTotals, type RunItem, type RunOddities, SequenceRun } from '../../src/run/pool/run.ts';
import type { PoolSettings } from '../../src/run/pool/settings.ts';
import type { SinkOptions } from '../../src/run/pool/setup.ts';
import type { FrameTextOptions } from '../../src/run/sinks/frame-text.ts';
import { ChunkPlan } from '../../src/sequence/chunk.ts';
import { plainFrames } from './drive-sink.ts';
import { wrap } from './fasta-text.ts';

export interface PoolRunOptions {
  readonly workers?: number;
  /** Of a job, decompressed. */
  readonly batchBytes?: number;
  /** Jobs under way at the most. */
  readonly window?: number;
  /** Chunk length, nt. */
  readonly chunkSize?: number;
  readonly minimumLength?: number;
  readonly sink?: SinkOptions;
  readonly hashInputs?: boolean;
}

export const TEXT_SINK: FrameTextOptions = {
  kind: 'text',
  frames: 'open',
  streams: ['nucleotide', 'protein', 'chunks'],
  compression: undefined,
};

export async function openPoolRun(paths: readonly string[], options: PoolRunOptions = {}): Promise<SequenceRun> {
  const { workers = 2, batchBytes = 1 << 20, window = 4 * workers, chunkSize = 30, minimumLength = 0 } = options;
  const settings: PoolSettings = { workers, batchBytes, batchSize: 1, window };
  const { sink = TEXT_SINK, hashInputs = false } = options;
  return new SequenceRun({ ...(await inspectInputs(paths)), settings, chunkSize, minimumLength, sink, hashInputs });
}

export interface Outcome {
  /** By input and kind of piece: `0 nucleotide`; Latin-1. */
  readonly texts: Record<string, string>;
  /** Problems and cuts, in order, between them nothing. */
  readonly problems: Exclude<RunItem, { item: 'piece' | 'job' }>[];
  readonly inputs: (Omit<InputTotals, 'bytes'> & { readonly counts: PieceCounts })[];
  readonly oddities: RunOddities;
  readonly error: string | undefined;
}

export async function outcomeOf(paths: readonly string[], options?: PoolRunOptions): Promise<Outcome> {
  return await collect(await openPoolRun(paths, options));
}

export async function collect(run: SequenceRun): Promise<Outcome> {
  const names = new Map<number, string>(Object.entries(RESULT_FRAME).map(([name, kind]) => [kind, name]));
  const texts: Record<string, string> = {};
  const problems: Outcome['problems'][number][] = [];
  let error: string | undefined;
  try {
    for await (const item of run.items()) {
      if (item.item === 'piece') {
        const key = `${item.input} ${names.get(item.kind)}`;
        texts[key] = (texts[key] ?? '') + Buffer.from(item.memory.subarray(item.start, item.end)).toString('latin1');
      } else if (item.item !== 'job') problems.push(item);
    }
  } catch (thrown) {
    error = thrown instanceof Error ? thrown.message : String(thrown);
  }
  return { texts, problems, inputs: run.inputs.map(({ bytes: _, ...rest }) => rest), oddities: run.oddities, error };
}

/** What the frame files must read, letter by letter; ids and sequences are Latin-1. */
export function expectedText(
  records: readonly { readonly id: string; readonly sequence: string }[],
  chunkSize: number,
  frames: 'open' | 'all' = 'open',
) {
  const texts = { nucleotide: '', protein: '', chunks: expectedChunks(records, chunkSize) };
  for (const { id, sequence } of records) {
    const plan = new ChunkPlan(sequence.length, chunkSize);
    for (let i = 0; i < plan.count; i++) {
      const bases = sequence.slice(plan.start(i), plan.end(i));
      const chunk = `${id}_chunk_${i + 1}`;
      for (const { suffix, protein, nucleotide, open } of plainFrames(bases)) {
        // Of nothing but unknown letters there is no entry at all.
        if (protein === '' || (frames === 'open' && !open)) continue;
        texts.nucleotide += `>${chunk}${suffix}\n${nucleotide}\n`;
        texts.protein += `>${chunk}${suffix}\n${protein}\n`;
      }
    }
  }
  return texts;
}

/** The chunk file alone. */
export function expectedChunks(
  records: readonly { readonly id: string; readonly sequence: string }[],
  chunkSize: number,
): string {
  let text = '';
  for (const { id, sequence } of records) {
    const plan = new ChunkPlan(sequence.length, chunkSize);
    for (let i = 0; i < plan.count; i++) {
      text += `>${id}_chunk_${i + 1}\n${wrap(sequence.slice(plan.start(i), plan.end(i)), 60)}`;
    }
  }
  return text;
}
