/** `virnucpro predict`: wires input, sequence, tokens, device, calls and output together, and tells what happens. */

import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import type { DeviceInfo, Session } from '../../device/backend.ts';
import { NativeSession } from '../../device/native/session.ts';
import type { Emit } from '../../events/event.ts';
import { RecordRun } from '../../input/records.ts';
import { Delivery } from '../../output/deliver.ts';
import { EmbeddingFiles } from '../../output/embeddings.ts';
import { prepareFolder } from '../../output/folder.ts';
import { ResultFiles } from '../../output/results.ts';
import type { SummaryCounts } from '../../output/summary.ts';
import type { EncodeContext } from '../../run/encode.ts';
import { estimate } from '../../run/estimate.ts';
import { scoreWindows } from '../../run/score.ts';
import { StageClock } from '../../run/stage-clock.ts';
import { WINDOW_CHUNKS } from '../../run/window.ts';
import { type InputOddities, WindowSource } from '../../run/windows.ts';
import { extractOnnxRuntime } from '../../system/parts.ts';
import { VERSION } from '../../system/program.ts';
import { onSignal } from '../../system/signals.ts';
import { NucleotideTokenizer } from '../../tokens/nucleotide.ts';
import { type ChosenBundle, chooseBundle, chooseHead } from '../model.ts';
import type { PredictPlan } from '../plan.ts';

/** @param argv as typed, for the run's record */
export async function predict(plan: PredictPlan, argv: readonly string[], emit: Emit): Promise<void> {
  const startedAt = new Date();
  const clock = new StageClock();
  const bundle = await chooseBundle(plan.model, plan.verifyBundle);
  const { manifest } = bundle;
  const head = chooseHead(bundle, plan.length);
  const input = new RecordRun(plan.inputs);
  await input.check();
  if (!plan.dryRun) prepareFolder(plan.output, plan.force);
  emit({
    event: 'started',
    version: VERSION,
    inputs: plan.inputs,
    output: plan.dryRun ? 'a dry run' : plan.output,
    model: manifest.name,
    length: head.length,
    workers: plan.threads,
    batch_size: plan.batchTokens,
    window: WINDOW_CHUNKS,
  });
  if (manifest.warning !== undefined)
    emit({ event: 'warning', message: `Model ${manifest.name}: ${manifest.warning}` });

  emit({ event: 'stage', stage: 'load', note: 'loading the model' });
  const loading = performance.now();
  const tokenizerPath = join(bundle.folder, manifest.tokenizer);
  const tokenizer = NucleotideTokenizer.parse(await Bun.file(tokenizerPath).json(), tokenizerPath);
  const session = await openSession(bundle, head.graph, plan.threads);
  clock.add('load', (performance.now() - loading) / 1000);
  emit({ event: 'device', device: session.device.id, state: 'ready', ...without(session.device) });

  const source = new WindowSource(input, tokenizer, { length: head.length, minimumLength: plan.minimumLength }, clock);
  const context: EncodeContext = {
    session,
    widths: { nucleotide: manifest.nucleotide.architecture.width, protein: manifest.protein.architecture.width },
    batchTokens: plan.batchTokens,
    clock,
    emit,
  };
  if (plan.dryRun) {
    emit({ event: 'stage', stage: 'estimate', note: 'reading everything, to estimate the time' });
    emit(await estimate(source.windows(), context));
    tellOddities(source.oddities, emit);
    await session.close();
    return;
  }

  const files = ResultFiles.open(plan.output);
  const release = onSignal(() => files.abort());
  try {
    emit({ event: 'stage', stage: 'predict', note: 'reading, translating, encoding, classifying' });
    const embeddings = plan.saveEmbeddings ? new EmbeddingFiles(plan.output, context.widths, files) : undefined;
    const delivery = new Delivery(files, plan.minimumLength, embeddings);
    for await (const scored of scoreWindows(source.windows(), context)) {
      clock.time('write', () => delivery.write(scored));
      const { records, chunks, frames, viral } = delivery.counts;
      emit({
        event: 'progress',
        ...{ records, chunks, frames, viral },
        bytes: scored.window.bytesRead,
        bytes_total: input.bytesTotal,
        seconds: (Date.now() - startedAt.getTime()) / 1000,
      });
    }
    const counts = delivery.finish(input.reports.reduce((sum, { records }) => sum + records, 0));
    await session.close();
    tellOddities(source.oddities, emit);
    emit({ event: 'stage', stage: 'write', note: 'writing the results' });
    const finishedAt = new Date();
    const total = (finishedAt.getTime() - startedAt.getTime()) / 1000;
    const written = files.commit({
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
      devices: [session.device],
      seconds: { total, ...clock.seconds() },
    });
    emit({ event: 'finished', counts: countsRecord(counts), seconds: total, written });
  } catch (error) {
    files.abort();
    throw error;
  } finally {
    release();
  }
}

async function openSession({ folder, manifest }: ChosenBundle, classifier: string, threads: number): Promise<Session> {
  const { nucleotide, protein } = manifest;
  const device: DeviceInfo = { id: 'cpu', backend: 'native-cpu', name: cpus()[0]?.model.trim() ?? 'CPU', threads };
  const model = {
    nucleotide: { path: join(folder, nucleotide.graph), width: nucleotide.architecture.width },
    protein: { path: join(folder, protein.graph), width: protein.architecture.width },
    classifier: { path: join(folder, classifier) },
  };
  return NativeSession.open(await extractOnnxRuntime(), model, device);
}

function without({ id: _, ...rest }: DeviceInfo): Omit<DeviceInfo, 'id'> {
  return rest;
}

function countsRecord(counts: SummaryCounts): Record<string, number> {
  return { ...counts };
}

/** What the reader noticed, once per run. */
function tellOddities(
  { uracilRecords, strangeRecords, strangeCharacters, firstStrange }: InputOddities,
  emit: Emit,
): void {
  if (uracilRecords > 0) {
    emit({ event: 'warning', message: `U was read as T in ${records(uracilRecords)}.` });
  }
  if (firstStrange !== undefined) {
    const place = `first in ${firstStrange.id}, the record of line ${firstStrange.line}`;
    const message = `${records(strangeRecords)} with ${strangeCharacters} characters that are no nucleotide code (${place}); codons with them are left out.`;
    emit({ event: 'warning', message });
  }
}

function records(count: number): string {
  return count === 1 ? '1 record' : `${count} records`;
}
