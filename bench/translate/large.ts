/** Many records through the whole program, against reading and writing the same bytes alone in the same run. */

import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Reads } from './data.ts';
import { mebibytes, median, printTable, spread } from './figures.ts';
import { freeBytes, settle } from './page-cache.ts';
import { type Measured, measure } from './process.ts';
import type { Settings } from './settings.ts';

/** Bytes of the nucleotide and the protein file per byte of input (about 0.87), and some room. */
const OUTPUT_SHARE = 1.1;
const BYTES_PER_RECORD = 520;
const ROOM_BYTES = 2 * 2 ** 30;

const KINDS = ['files', 'read and write', 'discarded', 'read'] as const;
type Kind = (typeof KINDS)[number];

export async function large(settings: Settings): Promise<void> {
  const { data, folder, largeRecords, keep } = settings;
  const needed = largeRecords * BYTES_PER_RECORD * (1 + OUTPUT_SHARE) + ROOM_BYTES;
  if (freeBytes(folder) < needed) {
    console.log(`large: ${folder} has ${gigabytes(freeBytes(folder))} free, ${gigabytes(needed)} are needed; left out`);
    return;
  }
  const reads = data.reads(largeRecords);
  try {
    await measureAll(settings, reads);
  } finally {
    if (!keep) rmSync(reads.path);
  }
}

async function measureAll(settings: Settings, reads: Reads): Promise<void> {
  const { folder, translate, largeRounds, largeThreads: threads, cache } = settings;
  const results = Object.fromEntries(KINDS.map((kind) => [kind, []])) as unknown as Record<Kind, Measured[]>;
  const output = join(folder, 'large-output');
  const disk = [process.execPath, `${import.meta.dir}/disk.ts`, reads.path, output];
  const run = async (kind: Kind, command: readonly string[]): Promise<number[]> => {
    rmSync(output, { recursive: true, force: true });
    settle(reads.path, cache);
    const result = await measure(command);
    results[kind].push(result);
    const { seconds, cpuSeconds, peakBytes } = result;
    console.log(`${kind}: ${seconds.toFixed(1)} s, ${cpuSeconds.toFixed(1)} s of CPU, peak ${mebibytes(peakBytes)}`);
    return kind === 'files' ? fileSizes(output) : [];
  };
  let sizes: number[] = [];
  try {
    for (let round = 0; round < largeRounds; round += 1) {
      sizes = await run('files', translate.files(reads.path, threads, output));
      await run('read and write', [...disk, ...sizes.map(String)]);
      await run('discarded', translate.discard(reads.path, threads));
      await run('read', disk);
    }
  } finally {
    rmSync(output, { recursive: true, force: true });
  }
  const written = sizes.reduce((sum, bytes) => sum + bytes, 0);
  console.log(
    `${reads.records.toLocaleString('en-US')} records, ${gigabytes(reads.bytes)} in, ${gigabytes(written)} out, ` +
      `${threads} threads, ${cache} cache, ${largeRounds} rounds`,
  );
  report(results);
}

function report(results: Readonly<Record<Kind, readonly Measured[]>>): void {
  const limits: Readonly<Record<Kind, Kind | undefined>> = {
    files: 'read and write',
    discarded: 'read',
    'read and write': undefined,
    read: undefined,
  };
  const names: Readonly<Record<Kind, string>> = {
    files: 'both files written',
    'read and write': 'the same bytes read and written alone, 1 MiB blocks',
    discarded: 'output discarded',
    read: 'the same bytes read alone',
  };
  printTable(
    ['run', 'wall s', 'CPU s', 'peak memory', 'against reading (and writing) alone'],
    KINDS.map((kind) => {
      const limit = limits[kind];
      const ratios = results[kind].map(({ seconds }, i) => seconds / (limit ? results[limit][i]!.seconds : 1));
      return [
        names[kind],
        spread(
          results[kind].map(({ seconds }) => seconds),
          1,
        ),
        median(results[kind].map(({ cpuSeconds }) => cpuSeconds)).toFixed(1),
        mebibytes(Math.max(...results[kind].map(({ peakBytes }) => peakBytes))),
        limit ? spread(ratios, 2) : '',
      ];
    }),
  );
}

/** Of every file: beside the two of frames there are small ones, which a run writes as well. */
function fileSizes(folder: string): number[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => statSync(join(entry.parentPath, entry.name)).size);
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
