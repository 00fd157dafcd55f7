/** `virnucpro predict`: wires input, sequence, tokens, device, calls and output together, and tells what happens. */

import { basename, join } from 'node:path';
import type { Emit } from '../../events/event.ts';
import { DuplicateIds } from '../../input/duplicate-ids.ts';
import { Delivery } from '../../output/deliver.ts';
import { EmbeddingFiles } from '../../output/embeddings.ts';
import { prepareFolder } from '../../output/folder.ts';
import { ResultFiles } from '../../output/results.ts';
import { deviceEvent } from '../../run/device-event.ts';
import { estimate } from '../../run/estimate.ts';
import { FirstFailure } from '../../run/first-failure.ts';
import { recordsOf } from '../../run/pool/job.ts';
import { inspectInputs, openRun } from '../../run/pool/open-run.ts';
import { scoreWindows } from '../../run/score.ts';
import { StageClock } from '../../run/stage-clock.ts';
import { supervised } from '../../supervisor/supervised.ts';
import { EXIT, UserError } from '../../system/errors.ts';
import { lockFolder, removeStaleLock } from '../../system/folder-lock.ts';
import { onSignal, unlessEnding } from '../../system/signals.ts';
import { CPU_ALONE, type OpenedDevice, openDevices } from '../devices/open-devices.ts';
import { planDevices, readDevices } from '../devices/planned.ts';
import { summaryDevices } from '../devices/summary.ts';
import { chooseBundle, chooseHead } from '../model.ts';
import type { PredictPlan } from '../plan.ts';
import { finishedDevice, planOf, tellInput, tellStart } from '../predict/events.ts';
import { finishedCounts } from '../predict/finished.ts';
import { leaveJournal, openJournal } from '../predict/journal.ts';
import { encodeContext, fleetOf, type Run, windowsOf } from '../predict/run.ts';
import { inputsOf, summaryOf } from '../predict/summary.ts';
import { Problems } from '../problems.ts';

/** One Worker tokenises tens of thousands of frames a second: two feed any device, and the encoders need the rest. */
const MOST_SEQUENCE_WORKERS = 2;
/** That an interrupted run waits for what its devices have under way. */
const DRAIN_SECONDS = 4;
/** Ids that are compared: 128 to 200 MB. */
const MOST_IDS = 2 ** 24;

/**
 * @param argv as typed, for the run's record
 * @returns the exit code
 */
export async function predict(plan: PredictPlan, argv: readonly string[], emit: Emit): Promise<number> {
  const startedAt = new Date();
  const clock = new StageClock();
  const looking = readDevices(plan.devices.devices);
  looking.catch(() => undefined);
  const bundle = await chooseBundle(plan.model, plan.verifyBundle);
  clock.add('load', (Date.now() - startedAt.getTime()) / 1000);
  const { name, note: told } = bundle.manifest;
  const note = told === undefined ? undefined : `Model ${name}: ${told}`;
  const head = chooseHead(bundle, plan.length);
  const crashes = supervised()?.assignment.crashes ?? [];
  const leftOut = crashes.flatMap(({ device }) => device ?? []);
  const planned = planDevices(await looking, plan.devices, bundle, leftOut);
  if (plan.resume && !plan.dryRun) {
    const counts = await finishedCounts({ plan, bundle, head, planned });
    if (counts !== undefined) {
      removeStaleLock(plan.output);
      emit({ event: 'stage', stage: 'predict', note: `${plan.output} is finished already: nothing was computed` });
      emit({ event: 'finished', counts, seconds: 0, folder: plan.output, written: [], note });
      return EXIT.done;
    }
  }
  const inputs = await inspectInputs(plan.inputs);
  if (inputs.files.some(({ size }) => size === undefined)) supervised()?.report({ kind: 'once' });
  if (!plan.dryRun) prepareFolder(plan.output, plan.force, plan.resume);
  const sequences = openRun(inputs, {
    threads: Math.min(plan.threads, MOST_SEQUENCE_WORKERS),
    batchSize: undefined,
    chunkSize: head.length,
    minimumLength: plan.minimumLength,
    sink: { kind: 'rows', tokenizer: join(bundle.folder, bundle.manifest.tokenizer) },
    hashInputs: true,
  });
  const problems = new Problems(plan.inputs, plan.strict, emit);
  const duplicates = new DuplicateIds(MOST_IDS);
  const run: Run = {
    ...{ plan, argv, emit, startedAt, clock, bundle, head, note },
    ...{ planned, inputs, sequences, problems, duplicates, crashes },
  };
  try {
    tellStart(run);
    if (planned.isLastResort) emit({ event: 'warning', message: CPU_ALONE });
    const loading = performance.now();
    const { threads, batchTokens } = plan;
    const { entries, chosen, arithmetic } = planned;
    const setting = { bundle, head, arithmetic, threads, batchTokens };
    const opened = await openDevices(chosen, entries, setting, plan.devices, emit);
    clock.add('load', (performance.now() - loading) / 1000);
    for (const { session } of opened) {
      emit(deviceEvent(session.device, 'ready'));
    }
    emit(planOf(opened, sequences.bytesTotal));
    if (plan.dryRun) await tellEstimate(run, opened);
    else {
      const unlock = lockFolder(plan.output, { guardian: supervised()?.assignment.parent });
      try {
        await scoreAndWrite(run, opened, unlock);
      } finally {
        unlock();
      }
    }
  } finally {
    sequences.close();
  }
  return problems.exitCode;
}

async function tellEstimate(run: Run, devices: readonly OpenedDevice[]): Promise<void> {
  run.emit({ event: 'stage', stage: 'estimate', note: 'reading everything, to estimate the time' });
  const sessions = devices.map(({ session }) => session);
  const answer = await estimate(windowsOf(run).windows(), run.plan, sessions);
  await Promise.all(sessions.map((session) => session.close()));
  tellInput(run);
  run.emit(answer);
}

/** What the machine refused can be gone on with, once it does not. */
function resumable(error: unknown): unknown {
  if (!(error instanceof UserError) || error.exitCode !== EXIT.runtime) return error;
  const { sentence, remedy, where, exitCode } = error;
  return new UserError(sentence, `${remedy} What was computed is kept: --resume goes on with it.`, where, exitCode);
}

async function scoreAndWrite(run: Run, opened: readonly OpenedDevice[], unlock: () => void): Promise<void> {
  const { plan, emit, clock, sequences, startedAt } = run;
  const kept = await openJournal(run, opened);
  const { journal, journaled } = kept;
  const context = encodeContext(run, journaled);
  const fleet = fleetOf(run, opened);
  const files = ResultFiles.open(plan.output);
  const release = onSignal(async () => {
    // What devices have under way is worth waiting for, but not for long.
    await Promise.race([fleet.pause(), Bun.sleep(1000 * DRAIN_SECONDS)]);
    await Promise.race([leaveJournal(kept), Bun.sleep(1000)]);
    files.abort();
    unlock();
  });
  try {
    emit({ event: 'stage', stage: 'predict', note: 'reading, translating, encoding, classifying' });
    const embeddings = plan.saveEmbeddings ? new EmbeddingFiles(plan.output, context.widths, files) : undefined;
    const delivery = new Delivery(files, plan.minimumLength, run.head.calibration, embeddings);
    // A journal that cannot be written ends the run: what it promises would not be true.
    const failure = new FirstFailure();
    journal.failed.catch((error: unknown) => failure.set(error));
    const scoring = scoreWindows(windowsOf(run).windows(), context, fleet);
    for (;;) {
      const { value: scored, done } = await failure.unless(scoring.next());
      if (done === true || scored === undefined) break;
      clock.time('write', () => delivery.write(scored));
      const { records, chunks, frames, viral } = delivery.counts;
      const bytes = scored.window.bytesRead;
      const seconds = (Date.now() - startedAt.getTime()) / 1000;
      emit({ event: 'progress', records, chunks, frames, viral, bytes, bytes_total: sequences.bytesTotal, seconds });
    }
    await unlessEnding();
    const counts = { ...delivery.finish(recordsOf(sequences.counts)), resumed: journaled.resumed };
    const report = fleet.report();
    await fleet.close();
    tellInput(run);
    emit({ event: 'stage', stage: 'write', note: 'writing the results' });
    const devices = summaryDevices(opened, report, run.planned);
    const { crashes } = journal;
    const summary = summaryOf(run, counts, { devices, sharing: report, crashes }, await inputsOf(run));
    const written = files.commit(summary).map((path) => basename(path));
    await journal.finish();
    const { total: seconds } = summary.seconds;
    emit({
      ...{ event: 'finished', counts: { ...counts }, seconds, folder: plan.output, written, note: run.note },
      ...{ devices: report.devices.map(finishedDevice), imbalance: report.imbalance },
    });
  } catch (error) {
    await unlessEnding();
    files.abort();
    await leaveJournal(kept);
    throw journaled.isEmpty ? error : resumable(error);
  } finally {
    release();
  }
}
