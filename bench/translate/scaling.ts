/** The same input with one Worker and more: discarded, and with both files written. */

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { mebibytes, median, printTable, rounded, spread } from './figures.ts';
import { settle } from './page-cache.ts';
import { type Measured, measure } from './process.ts';
import type { Settings } from './settings.ts';

interface Line {
  readonly name: string;
  readonly threads: number;
  readonly command: readonly string[];
  readonly results: Measured[];
}

export async function scaling({ data, folder, translate, threads, records, rounds }: Settings): Promise<void> {
  const { path } = data.reads(records);
  const output = join(folder, 'scaling-output');
  const lines: Line[] = threads.flatMap((count) => [
    { name: 'discarded', threads: count, command: translate.discard(path, count), results: [] },
    { name: 'both files', threads: count, command: translate.files(path, count, output), results: [] },
  ]);
  try {
    for (let round = 0; round <= rounds; round += 1) {
      for (const { command, results } of lines) {
        rmSync(output, { recursive: true, force: true });
        settle(path, 'warm');
        const result = await measure(command);
        if (round > 0) results.push(result);
      }
    }
  } finally {
    rmSync(output, { recursive: true, force: true });
  }
  console.log(`${records.toLocaleString('en-US')} records, input in the page cache`);
  printTable(
    ['run', 'threads', 'records/s', 'CPU s', 'peak memory', `against ${threads[0]} thread`],
    lines.map(({ name, threads: count, results }) => {
      const first = lines.find((line) => line.name === name)!;
      return [
        name,
        String(count),
        rounded(records / median(results.map(({ seconds }) => seconds))),
        median(results.map(({ cpuSeconds }) => cpuSeconds)).toFixed(2),
        mebibytes(Math.max(...results.map(({ peakBytes }) => peakBytes))),
        spread(
          results.map(({ seconds }, i) => first.results[i]!.seconds / seconds),
          2,
        ),
      ];
    }),
  );
}
