/**
 * How near to the ideal time a fleet of unequal devices comes: the fleet itself, with devices in virtual time.
 *
 *     bun bench/fleet.ts [--seed N] [--rounds N]
 *
 * Batches are cut as in a run (4096 tokens; the last one of each length is smaller): protein rows of 168 tokens, nucleotide
 * rows of 70 to 130. Each takes its tokens over the device's speed, times 0.8 to 1.2, and the speeds that a fleet begins
 * with are wrong by as much. The ideal is all work over all speeds: with the times that the batches really took, and (last
 * column) without the noise, where luck counts as well. "One pool" is an input that is known as a whole; "windows"
 * comes as in a run, 8192 frames each, three of them alive.
 */

import { parseArgs } from 'node:util';
import type { EncoderName } from '../src/model/bundle/manifest.ts';
import { Fleet } from '../src/run/fleet/fleet.ts';
import type { FleetReport } from '../src/run/fleet/report.ts';
import type { Work } from '../src/run/fleet/work.ts';
import { FakeSession, seeded, worksOf } from '../test/helpers/fake-device.ts';
import { VirtualClock } from '../test/helpers/virtual-clock.ts';

const { values } = parseArgs({
  options: { seed: { type: 'string', default: '20261122' }, rounds: { type: 'string', default: '1' } },
});
const BATCH_TOKENS = 4096;
const FRAMES = 8192;
const WINDOWS_ALIVE = 3;
const NOISE = 0.2;
const GOAL = 0.97;
/** A protein token costs as much as so many nucleotide tokens. */
const PROTEIN_COST = 4;

interface Outcome {
  /** Ideal time over simulated time, by the times that the batches took. */
  readonly ratio: number;
  /** The same without their noise. */
  readonly nominal: number;
  readonly seconds: number;
  readonly report: FleetReport;
}

/** Batches of a window of so many frames. */
function windowOf(number: number, frames: number, random: () => number): Work[] {
  const lengths = new Map<number, number>();
  for (let i = 0; i < frames; i += 1) {
    // A sum of three: most lengths lie in the middle.
    const length = 70 + Math.floor(20 * (random() + random() + random()));
    lengths.set(length, (lengths.get(length) ?? 0) + 1);
  }
  const shapes: { encoder: EncoderName; rows: number; length: number }[] = [];
  const cut = (encoder: EncoderName, length: number, rows: number) => {
    const most = Math.floor(BATCH_TOKENS / length);
    for (let at = 0; at < rows; at += most) shapes.push({ encoder, rows: Math.min(most, rows - at), length });
  };
  cut('protein', 168, frames);
  for (const [length, rows] of [...lengths].sort(([a], [b]) => b - a)) cut('nucleotide', length, rows);
  return worksOf(number, shapes);
}

/** @param speeds protein tokens per second of each device */
async function simulate(
  speeds: readonly number[],
  windows: readonly Work[][],
  alive: number,
  seed: number,
): Promise<Outcome> {
  const random = seeded(seed);
  const clock = new VirtualClock();
  const factor = (share: number) => 1 - NOISE + 2 * NOISE * share;
  /** The same on all devices, so that the ideal is known. */
  const noise = (name: number) => factor(seeded(seed + name)());
  const devices = speeds.map((protein, i) => {
    const own = { protein, nucleotide: PROTEIN_COST * protein };
    const measured = { protein: protein * factor(random()), nucleotide: PROTEIN_COST * protein * factor(random()) };
    return { session: new FakeSession(`gpu:${i}`, clock, { speeds: own, noise }), speeds: measured };
  });
  const fleet = new Fleet(devices, { emit: () => undefined, hangSeconds: 1e6, clock });
  const run = async () => {
    const going: Promise<unknown>[] = [];
    for (const window of windows) {
      // The oldest window has to be written before another one is read.
      if (going.length === alive) await going.shift();
      going.push(Promise.all(window.map((work) => fleet.encode(work))));
    }
    fleet.noMore();
    await Promise.all(going);
  };
  await clock.until(run());
  const seconds = clock.now();
  const cost = ({ encoder, rows, length }: Work) => (rows * length) / (encoder === 'protein' ? 1 : PROTEIN_COST);
  const ideal = (of: (work: Work) => number) =>
    windows.flat().reduce((sum, work) => sum + of(work), 0) / speeds.reduce((sum, one) => sum + one, 0) / seconds;
  return {
    ratio: ideal((work) => cost(work) * noise(work.tokens(0, 1)[0]!)),
    nominal: ideal(cost),
    seconds,
    report: fleet.report(),
  };
}

/** Frames that make about so many batches. */
const framesFor = (batches: number) => Math.ceil(batches / (1 / Math.floor(BATCH_TOKENS / 168) + 1 / 38));

function speedsOf(count: number, factor: number, random: () => number): number[] {
  return Array.from({ length: count }, () => 1000 * factor ** random());
}

const seed = Number(values.seed);
const rounds = Number(values.rounds);
let worst = 1;
let missed = 0;
const began = performance.now();
console.log('devices  speeds      batches each  one pool: mean, worst   windows: mean, worst   without noise');
for (const count of [1, 2, 3, 4, 8, 16, 32, 64]) {
  for (const factor of [1, 4, 30]) {
    if (count === 1 && factor > 1) continue;
    for (const each of [20, 100]) {
      const pool: number[] = [];
      const nominal: number[] = [];
      const windowed: number[] = [];
      for (let round = 0; round < rounds; round += 1) {
        const random = seeded(seed + 1000 * round + count);
        const speeds = speedsOf(count, factor, random);
        const frames = framesFor(each * count);
        const one = await simulate(speeds, [windowOf(1, frames, random)], 1, seed + round);
        pool.push(one.ratio);
        nominal.push(one.nominal);
        const windows = Array.from({ length: Math.ceil(frames / FRAMES) }, (_, i) =>
          windowOf(i + 1, Math.min(FRAMES, frames - i * FRAMES), random),
        );
        windowed.push((await simulate(speeds, windows, WINDOWS_ALIVE, seed + round)).ratio);
      }
      worst = Math.min(worst, ...pool);
      missed += pool.filter((ratio) => ratio < GOAL).length;
      const text = (ratios: number[]) =>
        `${(ratios.reduce((a, b) => a + b, 0) / ratios.length).toFixed(3)}  ${Math.min(...ratios).toFixed(3)}`;
      console.log(
        [
          String(count).padStart(7),
          `1 to ${factor}`.padEnd(10),
          String(each).padStart(12),
          text(pool).padStart(22),
          text(windowed).padStart(22),
          text(nominal).padStart(22),
        ].join('  '),
      );
    }
  }
}
console.log(`one pool: worst ${worst.toFixed(3)}, ${missed} of the rounds below ${GOAL}`);

const equal = await simulate([5000, 5000], [windowOf(1, framesFor(40), seeded(seed))], 1, seed);
const [a, b] = equal.report.devices;
console.log(
  `two equal devices: ${(100 * a!.share.protein).toFixed(1)} % and ${(100 * b!.share.protein).toFixed(1)} % of the protein tokens, ` +
    `ended at ${a!.finished_seconds} and ${b!.finished_seconds} s`,
);
for (const frames of [200, 2000, FRAMES]) {
  const windows = [windowOf(1, frames, seeded(seed))];
  const alone = await simulate([30_000], windows, 1, seed);
  const both = await simulate([30_000, 1000], windows, 1, seed);
  const batch = BATCH_TOKENS / 1000;
  console.log(
    `fast card ${alone.seconds.toFixed(2)} s, with a slow iGPU beside it ${both.seconds.toFixed(2)} s ` +
      `(ideal ${(both.ratio * both.seconds).toFixed(2)} s; one batch of the iGPU: ${batch.toFixed(2)} s)`,
  );
}
console.log(`${((performance.now() - began) / 1000).toFixed(1)} s of real time`);
