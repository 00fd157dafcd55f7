/**
 * Reads per second of the embedded model, end to end: start, reading, translation, encoders, tables.
 *
 *     bun bench/mini.ts [--reads N] [--rounds N] [--threads N]
 *
 * Seeded reads of 500 nt, once all with one open frame, which is the most work a read can be, and once 60 % of them, as in
 * a mixture of genomes. The two kinds take turns; medians with their range.
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openReads } from './reads.ts';

const { values } = parseArgs({
  options: {
    reads: { type: 'string', default: '2000' },
    rounds: { type: 'string', default: '5' },
    threads: { type: 'string', default: '2' },
  },
});
const PROGRAM = join(import.meta.dir, '..', 'dist', 'virnucpro');
const OPEN_SHARES = [1, 0.6];

const folder = mkdtempSync(join(tmpdir(), 'virnucpro-bench-'));
try {
  const rates = OPEN_SHARES.map((share) => {
    writeFileSync(join(folder, `${share}.fa`), openReads(Number(values.reads), 500, share, 20_261_122));
    return [] as number[];
  });
  for (let round = 0; round < Number(values.rounds); round += 1) {
    for (const [kind, share] of OPEN_SHARES.entries()) {
      const started = performance.now();
      const command = ['predict', `${share}.fa`, '-o', 'out', '--force', '-q', '--threads', values.threads];
      const { success, exitCode } = Bun.spawnSync([PROGRAM, ...command], { cwd: folder, stderr: 'inherit' });
      if (!success) throw new Error(`predict ended with ${exitCode}`);
      rates[kind]!.push((Number(values.reads) / (performance.now() - started)) * 1000);
    }
  }
  for (const [kind, share] of OPEN_SHARES.entries()) {
    const sorted = rates[kind]!.toSorted((a, b) => a - b);
    const [lowest, middle, highest] = [sorted[0]!, sorted[sorted.length >> 1]!, sorted.at(-1)!];
    console.log(
      `${values.reads} reads of 500 nt, ${100 * share} % with an open frame, ${values.threads} threads: ` +
        `median ${middle.toFixed(0)} reads/s (${lowest.toFixed(0)} to ${highest.toFixed(0)})`,
    );
  }
} finally {
  rmSync(folder, { recursive: true });
}
