/** Reads a bgzip file job by job, as Workers do, in one thread and with runs as small as one likes. */

import { BgzipRange } from '../../src/input/bgzip-range.ts';
import { bgzipRuns } from '../../src/input/bgzip-runs.ts';
import { closeFiles } from '../../src/input/open-files.ts';
import { readStream } from '../helpers/containers.ts';
import { BytesSource, type Reader, type Reading } from '../helpers/jobs.ts';

export interface RunsReading {
  readonly reading: Reading;
  readonly cut: string | undefined;
}

/** @param readerOf of the first bytes of the data */
export async function readInRuns(
  path: string,
  bytesPerRun: number,
  readerOf: (bytes: Uint8Array) => Reader,
): Promise<RunsReading> {
  // The file of this name may be another one than before.
  closeFiles();
  const reader = readerOf((await readStream(path)).bytes);
  let reading: Reading = { records: [], lines: 0 };
  for await (const piece of bgzipRuns(path, bytesPerRun)) {
    if (piece.kind === 'rest') {
      const { bytes, cut } = await readStream(path, piece);
      const start = piece.follows ? 'anywhere' : 'file';
      const source = new BytesSource(bytes, undefined, cut);
      reading = reader.read(source, { start, range: Number.POSITIVE_INFINITY }, reading);
      return { reading, cut };
    }
    const source = new BgzipRange(path, piece);
    const start = piece.previous === undefined ? 'file' : 'anywhere';
    reading = reader.read(source, { start, range: source.rangeBytes }, reading);
    // What follows damage is not read.
    if (source.cut !== undefined) return { reading, cut: source.cut };
  }
  return { reading, cut: undefined };
}
