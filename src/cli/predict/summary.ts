/** The record of a run, as `summary.json` has it. */

import { resolve } from 'node:path';
import type { Summary, SummaryCounts, SummaryInput } from '../../output/summary.ts';
import { recordsOf } from '../../run/pool/job.ts';
import { WINDOW_CHUNKS } from '../../run/window.ts';
import { VERSION } from '../../system/program.ts';
import type { Run } from './run.ts';

/** What the devices did. */
type Computed = Pick<Summary, 'devices' | 'sharing' | 'crashes'>;

/** Once all inputs were read. */
export async function inputsOf({ sequences }: Run): Promise<SummaryInput[]> {
  const digests = await sequences.hash?.finish();
  if (digests === undefined) throw new Error('the inputs were not hashed');
  return sequences.inputs.map(({ name, counts }, i) => ({ path: name, ...digests[i]!, records: recordsOf(counts) }));
}

export function summaryOf(
  run: Run,
  counts: SummaryCounts,
  computed: Computed,
  inputs: readonly SummaryInput[],
): Summary {
  const { plan, argv, startedAt, clock, bundle, head } = run;
  const { manifest } = bundle;
  const finishedAt = new Date();
  return {
    version: VERSION,
    command: ['virnucpro', ...argv],
    started_at: startedAt.toISOString(),
    finished_at: finishedAt.toISOString(),
    counts,
    model: {
      name: manifest.name,
      sha256: bundle.sha256,
      length: head.length,
      precision: manifest.precision,
      path: bundle.typed === undefined ? undefined : resolve(bundle.typed),
      note: manifest.note,
      calibration: head.calibration ?? null,
    },
    inputs,
    options: {
      length: head.length,
      min_length: plan.minimumLength,
      batch_tokens: plan.batchTokens,
      window_chunks: WINDOW_CHUNKS,
      device: plan.devices.devices,
      precision: run.planned.arithmetic,
      trust_device: plan.devices.trusted,
      hang_seconds: plan.devices.hangSeconds,
      threads: plan.threads,
      save_embeddings: plan.saveEmbeddings,
    },
    devices: computed.devices,
    sharing: computed.sharing,
    crashes: computed.crashes,
    seconds: { total: (finishedAt.getTime() - startedAt.getTime()) / 1000, ...clock.seconds() },
  };
}
