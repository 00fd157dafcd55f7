/** The journal of one run of `predict`: begun, or gone on with, before anything is computed. */

import { discardJournal } from '../../journal/journal-folder.ts';
import { type Checkpoint, type Resumed, RunJournal } from '../../journal/run-journal.ts';
import { journalFolder } from '../../output/folder.ts';
import { deviceClasses, fingerprintDifferences, type RunFingerprint } from '../../run/fingerprint.ts';
import { JournaledRun } from '../../run/journaled.ts';
import { readFingerprint } from '../../run/read-fingerprint.ts';
import { WINDOW_CHUNKS, WINDOW_FRAMES, WINDOW_RECORDS } from '../../run/window.ts';
import { supervised } from '../../supervisor/supervised.ts';
import type { Crash } from '../../system/crash.ts';
import { UserError } from '../../system/errors.ts';
import { VERSION } from '../../system/program.ts';
import { arithmeticOf } from '../devices/open-backend.ts';
import type { OpenedDevice } from '../devices/open-devices.ts';
import type { Run } from './run.ts';

export interface KeptRun {
  readonly journal: RunJournal;
  readonly journaled: JournaledRun;
}

/** @throws UserError where the journal is that of another run */
export async function openJournal(run: Run, devices: readonly OpenedDevice[]): Promise<KeptRun> {
  const { plan, emit, sequences } = run;
  const folder = journalFolder(plan.output);
  const fingerprint = fingerprintOf(run, devices);
  const keepsRows = plan.saveEmbeddings;
  let journaled: JournaledRun | undefined;
  const onCheckpoint = ({ windows, chunks }: Checkpoint): void => {
    const records = journaled?.safeRecords ?? 0;
    if (records > 0 || windows > 0) emit({ event: 'checkpoint', records, windows, chunks });
  };
  const options = { keepRows: keepsRows, onCheckpoint };
  if (!plan.resume) await discardJournal(folder);
  const resumed = await RunJournal.resume(folder, options);
  if (resumed !== undefined) await refuseOther(resumed, fingerprint, run.crashes, folder);
  const journal = resumed?.journal ?? (await RunJournal.begin(folder, { ...fingerprint }, options));
  supervised()?.report({ kind: 'journal' });
  for (const crash of run.crashes) void journal.crash(crash);
  const hash = sequences.hash;
  if (hash === undefined) throw new Error('a journal needs the hash of the inputs');
  journaled = new JournaledRun({
    ...{ journal, stored: resumed?.stored, inputs: plan.inputs, keepsRows, clock: run.clock },
    hashAt: (end) => hash.at(end),
  });
  return { journal, journaled };
}

/** Of a run that did not come to its end: what is in it stays. Never throws. */
export async function leaveJournal({ journal, journaled }: KeptRun): Promise<void> {
  await (journaled.isEmpty ? journal.finish() : journal.close()).catch(() => undefined);
}

function fingerprintOf({ plan, bundle, head, planned }: Run, devices: readonly OpenedDevice[]): RunFingerprint {
  return {
    version: VERSION,
    bundle: { name: bundle.manifest.name, sha256: bundle.sha256 },
    length: head.length,
    minimumLength: plan.minimumLength,
    batchTokens: plan.batchTokens,
    arithmetic: planned.arithmetic,
    window: { chunks: WINDOW_CHUNKS, frames: WINDOW_FRAMES, records: WINDOW_RECORDS },
    saveEmbeddings: plan.saveEmbeddings,
    devices: deviceClasses(
      devices.map(({ session: { device } }) => ({
        ...{ backend: device.backend, name: device.name, driver: device.driver ?? null },
        arithmetic: arithmeticOf(device.backend, planned),
      })),
    ),
  };
}

/** @throws UserError where the journal, which is closed then, is that of another run */
async function refuseOther(
  { journal, stored }: Resumed,
  now: RunFingerprint,
  crashes: readonly Crash[],
  folder: string,
): Promise<void> {
  const before = readFingerprint(stored.fingerprint);
  const isMixed = [...stored.crashes, ...crashes].some(({ device }) => device !== null);
  const differences =
    before === undefined ? ['its journal cannot be read'] : fingerprintDifferences(before, now, isMixed);
  if (differences.length === 0) return;
  await journal.close();
  throw new UserError(
    `this is not the run that was interrupted: ${differences.join('; ')}`,
    'Give the same options and devices, or start anew with --force instead of --resume.',
    { file: folder },
  );
}
