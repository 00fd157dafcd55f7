/** From paths to a run: looks at every input before anything is done, then chooses Workers and batches. */

import { type InputFile, inspectInput, STANDARD_INPUT } from '../../input/container.ts';
import { UserError } from '../../system/errors.ts';
import { SequenceRun } from './run.ts';
import { type Sample, sampleInput } from './sample.ts';
import { chooseSettings, USUAL_RECORD_BYTES } from './settings.ts';
import type { SinkOptions } from './setup.ts';

export interface Inputs {
  readonly files: readonly InputFile[];
  /** One for each file; undefined for a pipe. */
  readonly samples: readonly (Sample | undefined)[];
}

export interface OpenRunOptions {
  /** CPU threads: sequence Workers at the most, and one less where main has to decompress. */
  readonly threads: number;
  /** Records of a job, where a person chose them. */
  readonly batchSize: number | undefined;
  /** Chunk length, nt. */
  readonly chunkSize: number;
  /** Shorter records get no chunks, nt. */
  readonly minimumLength: number;
  readonly sink: SinkOptions;
  readonly hashInputs: boolean;
}

/**
 * @param paths as typed, in order
 * @throws UserError where one is absent or cannot be read, or standard input is named twice
 */
export async function inspectInputs(paths: readonly string[]): Promise<Inputs> {
  if (paths.filter((path) => path === STANDARD_INPUT).length > 1) {
    throw new UserError('standard input was named twice', 'Name - once: it can be read only once.');
  }
  const files: InputFile[] = [];
  for (const path of paths) files.push(await inspectInput(path));
  const samples: (Sample | undefined)[] = [];
  for (const file of files) samples.push(await sampleInput(file));
  return { files, samples };
}

export function openRun({ files, samples }: Inputs, options: OpenRunOptions): SequenceRun {
  const { threads, batchSize } = options;
  const recordBytes = samples.find((sample) => sample !== undefined)?.recordBytes ?? USUAL_RECORD_BYTES;
  let total: number | undefined = 0;
  for (const { size } of files) total = total === undefined || size === undefined ? undefined : total + size;
  // Main itself decompresses a stream, and is busy with it: one Worker more would only take its core away.
  const isMainBusy = files.some(({ container }) => container === 'gzip' || container === 'zstd');
  const most = isMainBusy ? Math.max(1, threads - 1) : threads;
  const settings = chooseSettings(most, total, recordBytes, batchSize);
  return new SequenceRun({ files, samples, settings, ...options });
}
