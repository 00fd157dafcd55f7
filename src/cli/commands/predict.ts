/** `virnucpro predict`: wires input, sequence, tokens, device, calls and output together, and tells what happens. */

import { cpus } from 'node:os';
import { basename, join, resolve } from 'node:path';
import type { DeviceInfo, Session } from '../../device/backend.ts';
import { NativeSession } from '../../device/native/session.ts';
import type { Emit } from '../../events/event.ts';
import { RecordRun } from '../../input/records.ts';
import type { ClassifierEntry } from '../../model/bundle/manifest.ts';
import { Delivery } from '../../output/deliver.ts';
import { EmbeddingFiles } from '../../output/embeddings.ts';
import { prepareFolder } from '../../output/folder.ts';
import { lockFolder } from '../../output/folder-lock.ts';
import { ResultFiles } from '../../output/results.ts';
import type { Summary, SummaryCounts } from '../../output/summary.ts';
import type { EncodeContext } from '../../run/encode.ts';
import { estimate } from '../../run/estimate.ts';
import { scoreWindows } from '../../run/score.ts';
import { StageClock } from '../../run/stage-clock.ts';
import { WINDOW_CHUNKS } from '../../run/window.ts';
import { WindowSource } from '../../run/windows.ts';
import { extractOnnxRuntime } from '../../system/parts.ts';
import { VERSION } from '../../system/program.ts';
import { onSignal } from '../../system/signals.ts';
import { NucleotideTokenizer } from '../../tokens/nucleotide.ts';
import { type ChosenBundle, chooseBundle, chooseHead } from '../model.ts';
import { tellOddities } from '../oddities.ts';
import type { PredictPlan } from '../plan.ts';

/** What every step of one run needs. */
interface Run {
  readonly plan: PredictPlan;
  readonly argv: readonly string[];
  readonly emit: Emit;
  readonly startedAt: Date;
  readonly clock: StageClock;
  readonly bundle: ChosenBundle;
  readonly head: ClassifierEntry;
  /** The bundle's warning as a sentence. */
  readonly note: string | undefined;
  readonly input: RecordRun;
}

/** @param argv as typed, for the run's record */
export async function predict(plan: PredictPlan, argv: readonly string[], emit: Emit): Promise<void> {
  const startedAt = new Date();
  const clock = new StageClock();
  const bundle = await chooseBundle(plan.model, plan.verifyBundle);
  clock.add('load', (Date.now() - startedAt.getTime()) / 1000);
  const { name, warning } = bundle.manifest;
  const note = warning === undefined ? undefined : `Model ${name}: ${warning}`;
  const head = chooseHead(bundle, plan.length);
  const input = new RecordRun(plan.inputs);
  await input.check();
  if (!plan.dryRun) prepareFolder(plan.output, plan.force);
  const run: Run = { plan, argv, emit, startedAt, clock, bundle, head, note, input };
  tellStart(run);

  emit({ event: 'stage', stage: 'load', note: 'loading the model' });
  const loading = performance.now();
  const tokenizerPath = join(bundle.folder, bundle.manifest.tokenizer);
  const tokenizer = NucleotideTokenizer.parse(await Bun.file(tokenizerPath).json(), tokenizerPath);
  const session = await openSession(bundle, head, plan.threads);
  clock.add('load', (performance.now() - loading) / 1000);
  const { id: device, ...about } = session.device;
  emit({ event: 'device', device, state: 'ready', ...about });

  const options = { length: head.length, minimumLength: plan.minimumLength };
  const source = new WindowSource(input, tokenizer, options, clock);
  if (plan.dryRun) await tellEstimate(run, source, session);
  else {
    const unlock = lockFolder(plan.output);
    try {
      await scoreAndWrite(run, source, session, unlock);
    } finally {
      unlock();
    }
  }
}

function tellStart({ plan, emit, bundle, head, note }: Run): void {
  emit({
    event: 'started',
    version: VERSION,
    inputs: plan.inputs,
    output: plan.dryRun ? 'a dry run' : plan.output,
    model: bundle.manifest.name,
    length: head.length,
    workers: plan.threads,
    batch_size: plan.batchTokens,
    window: WINDOW_CHUNKS,
  });
  if (note !== undefined) emit({ event: 'warning', message: note });
}

async function tellEstimate(run: Run, source: WindowSource, session: Session): Promise<void> {
  run.emit({ event: 'stage', stage: 'estimate', note: 'reading everything, to estimate the time' });
  const answer = await estimate(source.windows(), encodeContext(run, session));
  await session.close();
  tellOddities(source.oddities, run.emit);
  run.emit(answer);
}

async function scoreAndWrite(run: Run, source: WindowSource, session: Session, unlock: () => void): Promise<void> {
  const { plan, emit, clock, input, startedAt } = run;
  const context = encodeContext(run, session);
  const files = ResultFiles.open(plan.output);
  const release = onSignal(() => {
    files.abort();
    unlock();
  });
  try {
    emit({ event: 'stage', stage: 'predict', note: 'reading, translating, encoding, classifying' });
    const embeddings = plan.saveEmbeddings ? new EmbeddingFiles(plan.output, context.widths, files) : undefined;
    const delivery = new Delivery(files, plan.minimumLength, embeddings);
    for await (const scored of scoreWindows(source.windows(), context)) {
      clock.time('write', () => delivery.write(scored));
      const { records, chunks, frames, viral } = delivery.counts;
      const bytes = scored.window.bytesRead;
      const seconds = (Date.now() - startedAt.getTime()) / 1000;
      emit({ event: 'progress', records, chunks, frames, viral, bytes, bytes_total: input.bytesTotal, seconds });
    }
    tellEmptyInputs(run);
    const counts = delivery.finish(input.reports.reduce((sum, { records }) => sum + records, 0));
    await session.close();
    tellOddities(source.oddities, emit);
    emit({ event: 'stage', stage: 'write', note: 'writing the results' });
    const summary = summaryOf(run, counts, session.device);
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

/** An input without a record is most often a pipe that broke or a wrong name. */
function tellEmptyInputs({ input, emit }: Run): void {
  for (const { path, records } of input.reports) {
    if (records === 0)
      emit({ event: 'warning', message: `${path === '-' ? 'standard input' : path} holds no record.` });
  }
}

function encodeContext({ plan, emit, clock, bundle }: Run, session: Session): EncodeContext {
  const { nucleotide, protein } = bundle.manifest;
  const widths = { nucleotide: nucleotide.architecture.width, protein: protein.architecture.width };
  return { session, widths, batchTokens: plan.batchTokens, clock, emit };
}

async function openSession(
  { folder, manifest }: ChosenBundle,
  head: ClassifierEntry,
  threads: number,
): Promise<Session> {
  const { nucleotide, protein } = manifest;
  const device: DeviceInfo = { id: 'cpu', backend: 'native-cpu', name: cpus()[0]?.model.trim() ?? 'CPU', threads };
  const model = {
    nucleotide: { path: join(folder, nucleotide.graph), width: nucleotide.architecture.width },
    protein: { path: join(folder, protein.graph), width: protein.architecture.width },
    classifier: { path: join(folder, head.graph) },
  };
  return NativeSession.open(await extractOnnxRuntime(), model, device);
}

function summaryOf(run: Run, counts: SummaryCounts, device: DeviceInfo): Summary {
  const { plan, argv, startedAt, clock, bundle, head, input } = run;
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
      note: manifest.warning,
    },
    inputs: input.reports,
    options: {
      length: head.length,
      min_length: plan.minimumLength,
      batch_tokens: plan.batchTokens,
      window_chunks: WINDOW_CHUNKS,
      threads: plan.threads,
      save_embeddings: plan.saveEmbeddings,
    },
    devices: [device],
    seconds: { total: (finishedAt.getTime() - startedAt.getTime()) / 1000, ...clock.seconds() },
  };
}
