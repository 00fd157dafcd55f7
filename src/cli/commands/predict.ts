/** `virnucpro predict`: wires input, sequence, tokens, device, calls and output together, and tells what happens. */

import { basename, join, resolve } from 'node:path';
import type { Emit, PlanEvent } from '../../events/event.ts';
import { DuplicateIds } from '../../input/duplicate-ids.ts';
import { type FileDigest, hashFile } from '../../input/hash-file.ts';
import type { ClassifierEntry, EncoderName } from '../../model/bundle/manifest.ts';
import { Delivery } from '../../output/deliver.ts';
import { EmbeddingFiles } from '../../output/embeddings.ts';
import { prepareFolder } from '../../output/folder.ts';
import { ResultFiles } from '../../output/results.ts';
import type { Summary, SummaryCounts, SummaryInput } from '../../output/summary.ts';
import { deviceEvent } from '../../run/device-event.ts';
import type { EncodeContext } from '../../run/encode.ts';
import { estimate } from '../../run/estimate.ts';
import { Fleet } from '../../run/fleet/fleet.ts';
import { recordsOf } from '../../run/pool/job.ts';
import { type Inputs, inspectInputs, openRun } from '../../run/pool/open-run.ts';
import type { SequenceRun } from '../../run/pool/run.ts';
import { scoreWindows } from '../../run/score.ts';
import { StageClock } from '../../run/stage-clock.ts';
import { WINDOW_CHUNKS } from '../../run/window.ts';
import { WindowSource } from '../../run/windows.ts';
import { lockFolder } from '../../system/folder-lock.ts';
import { VERSION } from '../../system/program.ts';
import { onSignal } from '../../system/signals.ts';
import { type ChosenBundle, chooseBundle, chooseHead } from '../model.ts';
import { tellDuplicates, tellOddities } from '../oddities.ts';
import { type OpenedDevice, openDevices } from '../open-devices.ts';
import type { PredictPlan } from '../plan.ts';
import { Problems } from '../problems.ts';
import { type PlannedDevices, planDevices, readDevices } from '../run-devices.ts';
import { summaryDevices } from '../summary-devices.ts';

/** One Worker tokenises tens of thousands of frames a second: two feed any device, and the encoders need the rest. */
const MOST_SEQUENCE_WORKERS = 2;
/** Ids that are compared: 128 to 200 MB. */
const MOST_IDS = 2 ** 24;

/** What every step of one run needs. */
interface Run {
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
}

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
  const planned = planDevices(await looking, plan.devices, bundle);
  const inputs = await inspectInputs(plan.inputs);
  if (!plan.dryRun) prepareFolder(plan.output, plan.force);
  const sequences = openRun(inputs, {
    threads: Math.min(plan.threads, MOST_SEQUENCE_WORKERS),
    batchSize: undefined,
    chunkSize: head.length,
    minimumLength: plan.minimumLength,
    sink: { kind: 'rows', tokenizer: join(bundle.folder, bundle.manifest.tokenizer) },
    hashStreams: true,
  });
  const problems = new Problems(plan.inputs, plan.strict, emit);
  const duplicates = new DuplicateIds(MOST_IDS);
  const run: Run = {
    ...{ plan, argv, emit, startedAt, clock, bundle, head, note },
    ...{ planned, inputs, sequences, problems, duplicates },
  };
  try {
    tellStart(run);
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
      const unlock = lockFolder(plan.output);
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

/** Shares by speed, as they were measured with the proofs. */
function planOf(devices: readonly OpenedDevice[], bytesTotal: number | undefined): PlanEvent {
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

function windowsOf({ plan, head, clock, sequences, problems, duplicates }: Run): WindowSource {
  return new WindowSource(
    sequences.items(),
    { length: head.length, minimumLength: plan.minimumLength },
    clock,
    (item) => problems.take(item),
    (id) => duplicates.see(id),
    () => sequences.bytesRead,
  );
}

function tellStart({ plan, emit, bundle, head, sequences }: Run): void {
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

async function tellEstimate(run: Run, devices: readonly OpenedDevice[]): Promise<void> {
  run.emit({ event: 'stage', stage: 'estimate', note: 'reading everything, to estimate the time' });
  const sessions = devices.map(({ session }) => session);
  const answer = await estimate(windowsOf(run).windows(), run.plan, sessions);
  await Promise.all(sessions.map((session) => session.close()));
  tellInput(run);
  run.emit(answer);
}

async function scoreAndWrite(run: Run, opened: readonly OpenedDevice[], unlock: () => void): Promise<void> {
  const { plan, emit, clock, sequences, startedAt } = run;
  const context = encodeContext(run);
  const fleet = fleetOf(run, opened);
  const files = ResultFiles.open(plan.output);
  const release = onSignal(() => {
    files.abort();
    unlock();
  });
  try {
    emit({ event: 'stage', stage: 'predict', note: 'reading, translating, encoding, classifying' });
    const embeddings = plan.saveEmbeddings ? new EmbeddingFiles(plan.output, context.widths, files) : undefined;
    // Beside the Workers, which each read a part of the file; met again at the end.
    const digests = hashRegularFiles(run.inputs);
    digests.catch(() => undefined);
    const delivery = new Delivery(files, plan.minimumLength, run.head.calibration, embeddings);
    for await (const scored of scoreWindows(windowsOf(run).windows(), context, fleet)) {
      clock.time('write', () => delivery.write(scored));
      const { records, chunks, frames, viral } = delivery.counts;
      const bytes = scored.window.bytesRead;
      const seconds = (Date.now() - startedAt.getTime()) / 1000;
      emit({ event: 'progress', records, chunks, frames, viral, bytes, bytes_total: sequences.bytesTotal, seconds });
    }
    const counts = delivery.finish(recordsOf(sequences.counts));
    const report = fleet.report();
    await fleet.close();
    tellInput(run);
    emit({ event: 'stage', stage: 'write', note: 'writing the results' });
    const devices = summaryDevices(opened, report, run.planned);
    const summary = summaryOf(run, counts, { devices, sharing: report }, await inputsOf(run, digests));
    const written = files.commit(summary).map((path) => basename(path));
    const { total: seconds } = summary.seconds;
    emit({ event: 'finished', counts: { ...counts }, seconds, folder: plan.output, written, note: run.note });
  } catch (error) {
    files.abort();
    throw error;
  } finally {
    release();
  }
}

function tellInput({ sequences, duplicates, emit }: Run): void {
  tellOddities(sequences.oddities, sequences.inputs, emit);
  tellDuplicates(duplicates, emit);
}

/** One for each input, undefined for a pipe, which is hashed as it is read. */
async function hashRegularFiles({ files }: Inputs): Promise<(FileDigest | undefined)[]> {
  const digests: (FileDigest | undefined)[] = [];
  for (const { name, container } of files) digests.push(container === 'stream' ? undefined : await hashFile(name));
  return digests;
}

async function inputsOf(
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

/** The CPU alone may take its time: on a busy machine a batch of a large model takes minutes. */
function fleetOf({ plan, emit }: Run, devices: readonly OpenedDevice[]): Fleet {
  const isWatched = devices.some(({ proof }) => proof !== undefined);
  return new Fleet(devices, { emit, hangSeconds: isWatched ? plan.devices.hangSeconds : Number.POSITIVE_INFINITY });
}

function encodeContext({ plan, emit, clock, bundle }: Run): EncodeContext {
  const { nucleotide, protein } = bundle.manifest;
  const widths = { nucleotide: nucleotide.architecture.width, protein: protein.architecture.width };
  return { widths, batchTokens: plan.batchTokens, clock, emit };
}

type Computed = Pick<Summary, 'devices' | 'sharing'>;

function summaryOf(run: Run, counts: SummaryCounts, computed: Computed, inputs: readonly SummaryInput[]): Summary {
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
