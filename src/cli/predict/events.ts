/** What `predict` itself tells, besides what its parts tell. */

import type { FinishedDevice, PlanEvent } from '../../events/event.ts';
import type { EncoderName } from '../../model/bundle/manifest.ts';
import type { DeviceReport } from '../../run/fleet/report.ts';
import { VERSION } from '../../system/program.ts';
import type { OpenedDevice } from '../devices/open-devices.ts';
import { inputName, tellDuplicates, tellOddities } from '../oddities.ts';
import type { Run } from './run.ts';

export function tellStart({ plan, emit, bundle, head, sequences }: Run): void {
  const { workers, batchSize, window } = sequences.options.settings;
  emit({
    event: 'started',
    version: VERSION,
    inputs: plan.inputs,
    output: plan.dryRun ? 'a dry run' : plan.output,
    model: bundle.manifest.name,
    length: head.length,
    threads: plan.threads,
    workers,
    batch_size: batchSize,
    window,
  });
}

/** Shares by speed, as they were measured with the proofs. */
export function planOf(devices: readonly OpenedDevice[], bytesTotal: number | undefined): PlanEvent {
  const total = (encoder: EncoderName) => devices.reduce((sum, { speeds }) => sum + speeds[encoder], 0);
  const all = { nucleotide: total('nucleotide'), protein: total('protein') };
  return {
    event: 'plan',
    devices: devices.map(({ session, speeds }) => ({
      device: session.device.id,
      nucleotide_share: speeds.nucleotide / all.nucleotide,
      protein_share: speeds.protein / all.protein,
    })),
    bytes_total: bytesTotal,
  };
}

export function finishedDevice(did: DeviceReport): FinishedDevice {
  const { id: device, batches, tokens, busy_seconds, idle_share, failures } = did;
  return { device, batches, tokens: tokens.nucleotide + tokens.protein, busy_seconds, idle_share, failures };
}

export function tellInput({ sequences, duplicates, emit }: Run): void {
  tellOddities(sequences.oddities, sequences.inputs, emit);
  tellDuplicates(duplicates, emit);
  for (const name of sequences.changedSince()) {
    emit({
      event: 'warning',
      message: `${inputName(name)} changed after it was read: the results are of what it was.`,
    });
  }
}
