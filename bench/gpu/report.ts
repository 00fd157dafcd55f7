/** The figures as Markdown that can be pasted into a page. */

import { median, printTable, rounded, spread } from '../translate/figures.ts';
import type { Agreement } from './agreement.ts';
import type { Contestant } from './contestant.ts';
import { flopsOfToken } from './flops.ts';
import type { Shapes } from './model.ts';
import type { Case, Measured, Results } from './rounds.ts';

/** Pairs whose ratio of tokens/s is shown where both were measured: the goals, and how far fp32 is from fp16. */
const RATIOS = [
  ['CUDA fp16', 'PyTorch fp16'],
  ['CUDA fp32', 'PyTorch fp32'],
  ['CUDA fp32', 'WebGPU fp32'],
  ['CUDA fp16', 'WebGPU fp32'],
  ['WebGPU fp32', 'PyTorch fp32'],
  ['CPU fp32', 'PyTorch fp32'],
] as const;

/** @param missing label -> why it is not there */
export function printReport(
  shapes: Shapes,
  contestants: readonly Contestant[],
  missing: ReadonlyMap<string, string>,
  cases: readonly Case[],
  results: Results,
  agreements: readonly Agreement[],
): void {
  printPeaks(contestants, missing, results);
  const peaks = peaksByArithmetic(contestants, results);
  for (const encoder of ['protein', 'nucleotide'] as const) {
    const own = cases.filter(({ batch }) => batch.encoder === encoder);
    if (own.length > 0) printEncoder(shapes, encoder, contestants, own, results, peaks);
  }
  printAgreement(contestants, agreements);
}

/** An encoder's share is of the best rate of products that anyone reached in its arithmetic, not of a weak library's. */
function peaksByArithmetic(contestants: readonly Contestant[], { peaks }: Results): ReadonlyMap<string, number> {
  const best = new Map<string, number>();
  for (const { label, arithmetic } of contestants) {
    const peak = peaks.get(label);
    if (typeof peak === 'number') best.set(arithmetic, Math.max(best.get(arithmetic) ?? 0, peak));
  }
  return best;
}

function printPeaks(
  contestants: readonly Contestant[],
  missing: ReadonlyMap<string, string>,
  { peaks }: Results,
): void {
  const rows = contestants.map(({ label, on }) => {
    const peak = peaks.get(label);
    return [label, on, typeof peak === 'number' ? `${(peak / 1e12).toPrecision(3)}` : (peak ?? '-')];
  });
  const absent = [...missing].map(([label, reason]) => [label, `not measured: ${reason}`, '-']);
  printTable(['contestant', 'on', 'large matrix products, TFLOP/s'], [...rows, ...absent]);
}

function printEncoder(
  shapes: Shapes,
  encoder: 'protein' | 'nucleotide',
  contestants: readonly Contestant[],
  cases: readonly Case[],
  { times }: Results,
  peaks: ReadonlyMap<string, number>,
): void {
  const shape = shapes[encoder];
  const labels = contestants.map(({ label }) => label);
  const ratios = RATIOS.filter(([ours, other]) => labels.includes(ours) && labels.includes(other));
  const rows = cases.map((one) => {
    const { rows, length } = one.batch;
    const flops = flopsOfToken(shape, length);
    const cells = contestants.map(({ label, arithmetic }) => {
      const { seconds, failed } = times.get(label)!.get(one)!;
      if (failed !== undefined) return failed;
      const rate = (rows * length) / median(seconds);
      const peak = peaks.get(arithmetic);
      return peak === undefined ? rounded(rate) : `${rounded(rate)} (${((100 * rate * flops) / peak).toFixed(0)} %)`;
    });
    const compared = ratios.map(([ours, other]) => ratioOf(times.get(ours)!.get(one)!, times.get(other)!.get(one)!));
    return [`${one.batchTokens}`, `${rows} x ${length}`, ...cells, ...compared];
  });
  const { kind, layers, width, heads, feedForward } = shape;
  const name = kind === 'esm2' ? 'ESM-2' : 'MosaicBERT';
  console.log(
    `\n${name}, ${layers} layers, ${width} wide, ${heads} heads, feed-forward ${feedForward}: tokens/s, in brackets the share ` +
      'of the best rate of large matrix products in the same arithmetic.',
  );
  printTable(['batch tokens', 'rows x tokens', ...labels, ...ratios.map((pair) => pair.join(' / '))], rows);
}

/** Of tokens/s, pair by pair as they were measured one after the other. */
function ratioOf(ours: Measured, other: Measured): string {
  if (ours.failed !== undefined || other.failed !== undefined) return '-';
  return spread(
    ours.seconds.map((seconds, round) => other.seconds[round]! / seconds),
    2,
  );
}

function printAgreement(contestants: readonly Contestant[], agreements: readonly Agreement[]): void {
  const reference = contestants.find(({ arithmetic }) => arithmetic === 'fp32');
  if (reference === undefined || agreements.length === 0) return;
  console.log(
    `\nEmbeddings against those of ${reference.label}: lowest cosine, largest difference over the largest value.`,
  );
  printTable(
    ['contestant', 'encoder', '1 - cosine', 'difference'],
    agreements.map(({ label, encoder, cosine, difference }) =>
      typeof cosine === 'string'
        ? [label, encoder, cosine, '-']
        : [label, encoder, (1 - cosine).toExponential(1), difference.toExponential(1)],
    ),
  );
}
