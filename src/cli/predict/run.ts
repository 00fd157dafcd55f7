/** One run of `predict`: what every step of it needs, and the parts of the core that follow from it. */

import type { Emit } from '../../events/event.ts';
import type { DuplicateIds } from '../../input/duplicate-ids.ts';
import type { ClassifierEntry } from '../../model/bundle/manifest.ts';
import type { EncodeContext } from '../../run/encode.ts';
import { Fleet } from '../../run/fleet/fleet.ts';
import type { JournaledRun } from '../../run/journaled.ts';
import type { Inputs } from '../../run/pool/open-run.ts';
import type { SequenceRun } from '../../run/pool/run.ts';
import type { StageClock } from '../../run/stage-clock.ts';
import { WindowSource } from '../../run/windows.ts';
import type { Crash } from '../../system/crash.ts';
import type { OpenedDevice } from '../devices/open-devices.ts';
import type { PlannedDevices } from '../devices/planned.ts';
import type { ChosenBundle } from '../model.ts';
import type { PredictPlan } from '../plan.ts';
import type { Problems } from '../problems.ts';

/** What every step of one run needs. */
export interface Run {
  readonly plan: PredictPlan;
  readonly argv: readonly string[];
  readonly emit: Emit;
  readonly startedAt: Date;
  readonly clock: StageClock;
  readonly bundle: ChosenBundle;
  readonly head: ClassifierEntry;
  /** The bundle's own note, with its name. */
  readonly note: string | undefined;
  readonly planned: PlannedDevices;
  readonly inputs: Inputs;
  readonly sequences: SequenceRun;
  readonly problems: Problems;
  readonly duplicates: DuplicateIds;
  /** After which this process was started, the newest last. */
  readonly crashes: readonly Crash[];
}

export function windowsOf({ plan, head, clock, sequences, problems, duplicates }: Run): WindowSource {
  return new WindowSource(
    sequences.items(),
    { length: head.length, minimumLength: plan.minimumLength },
    clock,
    (item) => problems.take(item),
    (id) => duplicates.see(id),
    (end) => sequences.bytesAt(end),
  );
}

/** The CPU alone may take its time: on a busy machine a batch of a large model takes minutes. */
export function fleetOf({ plan, emit }: Run, devices: readonly OpenedDevice[]): Fleet {
  const isWatched = devices.some(({ proof }) => proof !== undefined);
  return new Fleet(devices, { emit, hangSeconds: isWatched ? plan.devices.hangSeconds : Number.POSITIVE_INFINITY });
}

export function encodeContext({ plan, emit, clock, bundle }: Run, journal: JournaledRun): EncodeContext {
  const { nucleotide, protein } = bundle.manifest;
  const widths = { nucleotide: nucleotide.architecture.width, protein: protein.architecture.width };
  return { widths, batchTokens: plan.batchTokens, clock, emit, journal };
}
