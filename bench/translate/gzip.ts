/** Compressed input: decompressed MB/s of a whole run without output, against every inflater at hand alone. */

import { median, printTable, spread } from './figures.ts';
import { INFLATERS } from './inflate.ts';
import { type Measured, measure } from './process.ts';
import type { Settings } from './settings.ts';

const OWN_THREADS = [1, 2] as const;

interface Line {
  readonly name: string;
  readonly ours: boolean;
  readonly command: readonly string[];
  readonly results: Measured[];
}

export async function gzip(settings: Settings): Promise<void> {
  const reads = settings.data.reads(settings.gzipRecords);
  console.log(`${reads.records.toLocaleString('en-US')} records, ${reads.bytes} bytes decompressed`);
  await measureFile(settings, 'gzip, one member', settings.data.gzip(reads), reads.bytes);
  await measureFile(settings, 'bgzip', settings.data.bgzip(reads), reads.bytes);
}

async function measureFile(settings: Settings, kind: string, path: string, bytes: number): Promise<void> {
  const lines: Line[] = [
    ...OWN_THREADS.map((threads) => ({
      ...{ name: `virnucpro translate, ${threads} threads, discarded`, ours: true, results: [] },
      command: settings.translate.discard(path, threads),
    })),
    ...(await inflaters(path, bytes)),
  ];
  for (let round = 0; round <= settings.rounds; round += 1) {
    for (const { command, results } of lines) {
      const result = await measure(command);
      if (round > 0) results.push(result);
    }
  }
  const seconds = (line: Line) => line.results.map((result) => result.seconds);
  const fastest = lines.filter(({ ours }) => !ours).toSorted((a, b) => median(seconds(a)) - median(seconds(b)))[0]!;
  printTable(
    [kind, 'decompressed MB/s', 'cores busy', 'against the fastest inflater alone'],
    lines.map((line) => [
      line.name + (line === fastest ? ' (the fastest)' : ''),
      (bytes / 1e6 / median(seconds(line))).toFixed(0),
      median(line.results.map((result) => result.cpuSeconds / result.seconds)).toFixed(2),
      line.ours
        ? spread(
            seconds(line).map((own, i) => fastest.results[i]!.seconds / own),
            2,
          )
        : '',
    ]),
  );
}

/** The ones that give all of the bytes: some stop after the first of many members. */
async function inflaters(path: string, bytes: number): Promise<Line[]> {
  const lines: Line[] = [];
  for (const name of INFLATERS) {
    const command = [process.execPath, `${import.meta.dir}/inflate.ts`, name, path];
    const given = Number((await measure(command, true)).output);
    if (given === bytes) lines.push({ name, ours: false, command, results: [] });
    else console.log(`${name}: gives ${given} of ${bytes} bytes of this file, left out`);
  }
  return lines;
}
