/**
 * What a run costs beside its encoders: CPU time of the whole process against the time the encoders were busy.
 *
 *     bun bench/overhead.ts [--reads N] [--rounds N] [--threads N]
 *
 * Drives dist/virnucpro with a bundle of random weights in the size of a small real model (about 1.8 million multiplied
 * weights per encoder) on seeded 500-nt reads, 60 % of them with one open frame. A larger model only lowers the share.
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeBundle } from '../src/convert/write-bundle.ts';
import { randomWeights } from '../test/helpers/random-weights.ts';
import { openReads } from './reads.ts';

const { values } = parseArgs({
  options: {
    reads: { type: 'string', default: '1500' },
    rounds: { type: 'string', default: '5' },
    threads: { type: 'string', default: '1' },
  },
});
const ROOT = join(import.meta.dir, '..');
const WIDTH = 160;
const LAYERS = 6;
const FEED_FORWARD = 640;

const folder = mkdtempSync(join(tmpdir(), 'virnucpro-bench-'));
try {
  const bundle = join(folder, 'bundle');
  const shape = { layers: LAYERS, width: WIDTH, heads: 5, feedForward: FEED_FORWARD };
  const parts = {
    name: 'bench',
    precision: 'fp32' as const,
    nucleotide: randomWeights(
      { kind: 'mosaicbert', ...shape, vocabulary: 4096, layerNormEpsilon: 1e-12 } as const,
      'nucleotide',
    ),
    protein: randomWeights({ kind: 'esm2', ...shape, vocabulary: 33, layerNormEpsilon: 1e-5 } as const, 'protein'),
    heads: [
      {
        length: 500,
        weights: randomWeights(
          { kind: 'classifier', input: 2 * WIDTH, hidden: 128, batchNormEpsilon: 1e-5 } as const,
          'classifier',
        ),
      },
    ],
    tokenizer: join(ROOT, 'models', 'tokenizer', 'tokenizer.json'),
  };
  await writeBundle(bundle, parts, () => undefined);
  writeFileSync(join(folder, 'reads.fa'), openReads(Number(values.reads), 500, 0.6, 20_261_122));

  const shares: number[] = [];
  const rates: number[] = [];
  for (let round = 0; round < Number(values.rounds); round += 1) {
    const result = Bun.spawnSync(
      [
        join(ROOT, 'dist', 'virnucpro'),
        'predict',
        'reads.fa',
        ...['--model', bundle, '-o', 'out', '--force', '-q', '--threads', values.threads],
      ],
      { cwd: folder, stderr: 'inherit' },
    );
    if (!result.success) throw new Error(`predict ended with ${result.exitCode}`);
    const { seconds } = (await Bun.file(join(folder, 'out', 'summary.json')).json()) as {
      seconds: Record<'total' | 'nucleotide' | 'protein', number>;
    };
    const cpu = Number(result.resourceUsage.cpuTime.total) / 1e6;
    shares.push(1 - (seconds.nucleotide + seconds.protein) / cpu);
    rates.push(Number(values.reads) / seconds.total);
  }
  console.log(
    `${values.reads} reads, ${values.threads} threads: ${median(rates).toFixed(1)} reads/s; ` +
      `CPU time beside the encoders: median ${(100 * median(shares)).toFixed(1)} % ` +
      `(${shares.map((share) => (100 * share).toFixed(1)).join(', ')})`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function median(list: readonly number[]): number {
  const sorted = [...list].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}
