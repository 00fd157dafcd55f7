/**
 * Runs that are killed at any moment and go on: the same bytes as of a run that nobody disturbed, on the CPU and on two software
 * GPUs, from a file, a pipe and gzip. Before a release, some hundreds:
 *
 *     VIRNUCPRO_KILLS=200 VIRNUCPRO_SEED=1 node_modules/.bin/bun test test/fault/killed.test.ts
 *
 * VIRNUCPRO_KILLS: kill -9 that a run did not outrun, at the least; other signals come on top. VIRNUCPRO_SEED: other moments.
 * VIRNUCPRO_ROUNDS=7,12: only these rounds of that plan, as a failed test names them. VIRNUCPRO_KINDS=cpu or gpus: only those.
 */

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { CPU_KINDS, GPU_KINDS, plannedRounds, type Round, roundText } from '../helpers/killed-plan.ts';
import { KilledRuns } from '../helpers/killed-runs.ts';
import { softwareGpu, WHY_NO_SOFTWARE_GPU } from '../helpers/software-gpu.ts';

const ASKED = process.env['VIRNUCPRO_KILLS'];
const SEED = Number(process.env['VIRNUCPRO_SEED'] ?? 1);
const ROUNDS = process.env['VIRNUCPRO_ROUNDS']?.split(',').map(Number);
const DEVICES = process.env['VIRNUCPRO_KINDS'];
/** Unless more are asked for, each kind of run once. */
const KILLS = Number(ASKED ?? 1);

/** A run on two software GPUs takes 20 s and more of two cores, most of it for shaders: unasked, one kind of them. */
const isShort = ASKED === undefined && DEVICES === undefined;
const hasGpus = softwareGpu() !== undefined;
const gpuKinds = isShort ? GPU_KINDS.slice(0, 1) : GPU_KINDS;
const kinds = [...CPU_KINDS, ...(hasGpus ? gpuKinds : [])].filter(
  ({ device }) => DEVICES === undefined || DEVICES === device,
);
const rounds = plannedRounds(kinds, KILLS, SEED);

const runs = new KilledRuns();
const total = { rounds: 0, kills: 0, stops: 0, hits: 0, resumed: 0 };

setDefaultTimeout(900_000);
beforeAll(() => runs.prepare());
afterAll(() => runs.box.remove());

async function play(round: Round): Promise<void> {
  const { kills, stops, hits, resumed } = await runs.run(round);
  total.rounds += 1;
  total.kills += kills;
  total.stops += stops;
  total.hits += hits;
  total.resumed += resumed;
}

describe(`killed, seed ${SEED}`, () => {
  for (const round of rounds) {
    if (ROUNDS !== undefined && !ROUNDS.includes(round.number)) continue;
    test(roundText(round), () => play(round));
  }
  if (!hasGpus) test.skip(WHY_NO_SOFTWARE_GPU, () => undefined);

  test('as many as were asked for, and there was something to lose', async () => {
    const asked = ROUNDS === undefined ? KILLS : 0;
    // Some come when a run has ended already.
    const most = rounds.length + asked;
    for (let next = rounds.length + 1; total.kills < asked && next <= most; next += 1) {
      for (const round of plannedRounds(kinds.slice(0, 1), 1, SEED, next)) await play(round);
    }
    process.stderr.write(
      `seed ${SEED}: ${total.kills} kill -9 and ${total.stops} other signals in ${total.rounds} runs; ` +
        `${total.hits} met a journal with results in it; ${total.resumed} records came from it\n`,
    );
    expect(total.kills).toBeGreaterThanOrEqual(asked);
    expect(total.hits).toBeGreaterThan(0);
    expect(total.resumed).toBeGreaterThan(0);
  });
});
