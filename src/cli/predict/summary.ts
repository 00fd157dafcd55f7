/** The record of a run, as `summary.json` has it. */

import { resolve } from 'node:path';
import { type FileDigest, hashFile } from '../../input/hash-file.ts';
import type { Summary, SummaryCounts, SummaryInput } from '../../output/summary.ts';
import { recordsOf } from '../../run/pool/job.ts';
import type { Inputs } from '../../run/pool/open-run.ts';
import { WINDOW_CHUNKS } from '../../run/window.ts';
import { VERSION } from '../../system/program.ts';
import type { Run } from './run.ts';

/** What the devices did. */
type Computed = Pick<Summary, 'devices' | 'sharing'>;

/** One for each input, undefined for a pipe, which is hashed as it is read. */
export async function hashRegularFiles({ files }: Inputs): Promise<(FileDigest | undefined)[]> {
  const digests: (FileDigest | undefined)[] = [];
  for (const { name, container } of files) digests.push(container === 'stream' ? undefined : await hashFile(name));
  return digests;
}

export async function inputsOf(
  { sequences }: Run,
  hashing: Promise<readonly (FileDigest | undefined)[]>,
): Promise<SummaryInput[]> {
  const digests = await hashing;
  return sequences.inputs.map(({ name, bytes, sha256, counts }, i) => {
    const digest = digests[i] ?? (sha256 === undefined ? undefined : { bytes, sha256 });
    if (digest === undefined) throw new Error(`${name} was not hashed`);
    return { path: name, ...digest, records: recordsOf(counts) };
  });
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
    seconds: { total: (finishedAt.getTime() - startedAt.getTime()) / 1000, ...clock.seconds() },
  };
}
