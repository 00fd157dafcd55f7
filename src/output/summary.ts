/**
 * `summary.json`: what was run, on what, and how it went. Keys stand in one fixed order, whoever fills them in.
 */

import type { DeviceReport, FleetReport } from '../run/fleet/report.ts';
import type { Crash } from '../system/crash.ts';

/** Of every input file. */
export interface SummaryInput {
  /** As typed; `-` for standard input. */
  readonly path: string;
  /** Bytes as stored, compressed where the file is. */
  readonly bytes: number;
  /** Of those bytes, lower-case hexadecimal. */
  readonly sha256: string;
  readonly records: number;
}

export interface SummaryCounts {
  /** All records; each of them is one of the five statuses below. */
  readonly records: number;
  readonly called: number;
  readonly no_orf: number;
  readonly empty: number;
  readonly too_short: number;
  readonly invalid: number;
  readonly chunks: number;
  /** Chunks that have a frame. */
  readonly scored_chunks: number;
  readonly frames: number;
  /** Different sequences among the frames: what an encoder really had to compute. */
  readonly unique_nucleotide_frames: number;
  readonly unique_protein_frames: number;
  /** Letters of all records. */
  readonly bases: number;
  /** Records taken from the journal of an interrupted run. */
  readonly resumed: number;
  readonly viral: number;
  readonly non_viral: number;
  readonly ambiguous: number;
}

/** How the head's scores became probabilities (src/call/calibration.ts). */
export interface SummaryCalibration {
  readonly slope: number;
  readonly intercept: number;
  /** Probability from which on a record is taken for a virus. */
  readonly threshold: number;
  readonly fitted_on: string;
}

export interface SummaryModel {
  readonly name: string;
  /** Of the bundle's manifest. */
  readonly sha256: string;
  /** Chunk length of the head that was used, nt. */
  readonly length: number;
  readonly precision: 'fp32' | 'fp16';
  /** Undefined for the embedded bundle. */
  readonly path?: string | undefined;
  /** What a person should know about this bundle. */
  readonly note?: string | undefined;
  /** Of the head that was used; null where it has none. */
  readonly calibration: SummaryCalibration | null;
}

export interface SummaryDevice extends Omit<DeviceReport, 'plan'> {
  /** As `--device` takes it. */
  readonly id: string;
  readonly backend: string;
  readonly name: string;
  /** Of a CPU. */
  readonly threads: number | null;
  readonly driver: string | null;
  readonly pci: string | null;
  /** What it computes in; weights are of the model's precision. */
  readonly arithmetic: 'fp32' | 'fp16';
  /** Null for a CPU that computes alone: others are held against it. */
  readonly proof: SummaryProof | null;
  /** What it was expected to do; null where it was alone. */
  readonly plan: DeviceReport['plan'] | null;
}

/** How far its numbers were from known ones before the run, as largest |difference|. */
export interface SummaryProof {
  readonly verdict: 'pass' | 'fail';
  /** Used although it failed, because --trust-device said so: the results may be wrong. */
  readonly trusted: boolean;
  readonly problem: string | null;
  readonly probes_max_diff: number | null;
  readonly nucleotide_max_diff: number | null;
  readonly protein_max_diff: number | null;
  readonly score_max_diff: number | null;
}

export type OptionValue = string | number | boolean | null | readonly (string | number)[];

export interface Summary {
  readonly version: string;
  readonly command: readonly string[];
  /** UTC, ISO 8601. */
  readonly started_at: string;
  readonly finished_at: string;
  readonly counts: SummaryCounts;
  readonly model: SummaryModel;
  readonly inputs: readonly SummaryInput[];
  /** Every option that can change the result or the run, with the value that was used. */
  readonly options: Readonly<Record<string, OptionValue>>;
  readonly devices: readonly SummaryDevice[];
  /** How the devices shared the work: seconds of all batches, and the largest finishing time over their mean. */
  readonly sharing: Pick<FleetReport, 'seconds' | 'imbalance'>;
  /** After which the run was started again, in the order in which they came; of a run that was resumed, those of all its processes. */
  readonly crashes: readonly Crash[];
  /** `total` in wall seconds, then the busy seconds of each stage; those of the encoders are summed over all threads. */
  readonly seconds: Readonly<{ total: number } & Record<string, number>>;
}

/** The file's text: JSON with two spaces of indentation and a line feed at the end. */
export function summaryText(summary: Summary): string {
  return `${JSON.stringify(ordered(summary), undefined, 2)}\n`;
}

/** Keys in the order of the file; `options` and the stages of `seconds` keep the order they were filled in. */
function ordered(summary: Summary): Summary {
  const { counts, model } = summary;
  const { total, ...stages } = summary.seconds;
  return {
    version: summary.version,
    command: summary.command,
    started_at: summary.started_at,
    finished_at: summary.finished_at,
    counts: {
      records: counts.records,
      called: counts.called,
      no_orf: counts.no_orf,
      empty: counts.empty,
      too_short: counts.too_short,
      invalid: counts.invalid,
      chunks: counts.chunks,
      scored_chunks: counts.scored_chunks,
      frames: counts.frames,
      unique_nucleotide_frames: counts.unique_nucleotide_frames,
      unique_protein_frames: counts.unique_protein_frames,
      bases: counts.bases,
      resumed: counts.resumed,
      viral: counts.viral,
      non_viral: counts.non_viral,
      ambiguous: counts.ambiguous,
    },
    model: {
      name: model.name,
      sha256: model.sha256,
      length: model.length,
      precision: model.precision,
      path: model.path,
      note: model.note,
      calibration: model.calibration && {
        slope: model.calibration.slope,
        intercept: model.calibration.intercept,
        threshold: model.calibration.threshold,
        fitted_on: model.calibration.fitted_on,
      },
    },
    inputs: summary.inputs.map(({ path, bytes, sha256, records }) => ({ path, bytes, sha256, records })),
    options: summary.options,
    devices: summary.devices.map(orderedDevice),
    sharing: { seconds: summary.sharing.seconds, imbalance: summary.sharing.imbalance },
    crashes: summary.crashes.map(({ signal, device, at }) => ({ signal, device, at })),
    seconds: { total, ...stages },
  };
}

function orderedDevice(device: SummaryDevice): SummaryDevice {
  const { id, backend, name, threads, driver, pci, arithmetic, proof, plan, ...did } = device;
  return { id, backend, name, threads, driver, pci, arithmetic, proof, plan, ...did };
}
