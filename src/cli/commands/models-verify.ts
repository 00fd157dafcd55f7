/** `virnucpro models verify`: computes frames whose numbers are known, and tells how far off this machine is. */

import { availableParallelism } from 'node:os';
import { DeviceError, type Session } from '../../device/backend.ts';
import type { Emit } from '../../events/event.ts';
import type { Bundle } from '../../model/bundle/open.ts';
import { writeStandardOutput } from '../../output/standard-output.ts';
import { type Verification, verificationTable } from '../../output/verification.ts';
import { bundleTokenizer, goldenFrames } from '../../run/proof/golden-frames.ts';
import { embedFrames, type FrameEmbeddings, type ScoreCheck } from '../../run/verify.ts';
import { publishedBundle } from '../../store/published-bundle.ts';
import { publishedFrames } from '../../store/published-numbers.ts';
import { EXIT, UserError } from '../../system/errors.ts';
import { type Arguments, wholeNumber } from '../arguments.ts';
import { type ChosenDevice, chooseDevices } from '../devices/choice.ts';
import type { Setting } from '../devices/open-backend.ts';
import { notUsed, openWithin } from '../devices/open-devices.ts';
import { readDevices } from '../devices/planned.ts';
import type { MODELS_VERIFY } from '../flags.ts';
import { chooseBundle } from '../model.ts';
import { DEFAULT_BATCH_TOKENS, DEFAULT_HANG_SECONDS } from '../plan.ts';
import { OwnReference, PublishedReference } from '../reference-numbers.ts';

/** @returns the exit code: 0 pass, 1 fail */
export async function modelsVerify(given: Arguments<typeof MODELS_VERIFY>, emit: Emit): Promise<number> {
  const [typed, more] = given.positionals;
  if (typed === undefined || more !== undefined) {
    throw new UserError('models verify takes one model', 'Give its name or its folder.');
  }
  const device = given.value('device') ?? 'cpu';
  const threads = given.value('threads');
  // Whoever asks wants the files looked at too, however often they were.
  const bundle = await chooseBundle(typed, true);
  const found = await verifyBundle(
    bundle,
    { device, threads: threads === undefined ? availableParallelism() : wholeNumber('--threads', threads, 1) },
    emit,
  );
  const text = given.has('json') ? `${JSON.stringify(found, undefined, 2)}\n` : verificationTable(found);
  writeStandardOutput(new TextEncoder().encode(text));
  return found.verdict === 'pass' ? EXIT.done : EXIT.runtime;
}

export interface Computer {
  /** One device, as --device takes it. */
  readonly device: string;
  /** Of the CPU. */
  readonly threads: number;
}

/**
 * @param published name of a bundle in the catalogue whose numbers must hold; by default told by the files the bundle was
 * made of
 */
export async function verifyBundle(
  bundle: Bundle,
  { device: typed, threads }: Computer,
  emit: Emit,
  published = publishedBundle(bundle.manifest),
): Promise<Verification> {
  const { manifest } = bundle;
  const [chosen, second] = chooseDevices(typed, await readDevices(typed));
  if (chosen === undefined || second !== undefined) {
    throw new UserError(`--device ${typed} is not one device`, 'Name one: "virnucpro devices" lists them.');
  }
  const known = published === undefined ? undefined : publishedFrames(published);
  const reference =
    known === undefined
      ? new OwnReference(await goldenFrames(bundle), manifest.precision)
      : new PublishedReference(known, manifest.precision);
  const tokenizer = await bundleTokenizer(bundle);
  let embeddings: FrameEmbeddings | undefined;
  let device = '';
  const scores: Record<string, ScoreCheck | null> = {};
  for (const head of manifest.classifiers) {
    emit({ event: 'stage', stage: 'load', note: `loading the model with its head for ${head.length} nt` });
    const setting = { bundle, head, arithmetic: manifest.precision, threads, batchTokens: DEFAULT_BATCH_TOKENS };
    const session = await opened(chosen, setting);
    try {
      device = `${session.device.id} (${session.device.name})`;
      embeddings ??= await embedFrames(reference.frames, session, tokenizer);
      scores[head.length] = await reference.scores(head.length, embeddings, session);
    } finally {
      await session.close();
    }
  }
  if (embeddings === undefined) throw new Error('a bundle without heads was opened');
  const encoders = {
    nucleotide: reference.encoder('nucleotide', embeddings.nucleotide),
    protein: reference.encoder('protein', embeddings.protein),
  };
  const checks = [...Object.values(encoders), ...Object.values(scores)];
  return {
    model: manifest.name,
    precision: manifest.precision,
    device,
    reference: reference.kind,
    frames: reference.frames.length,
    encoders,
    scores,
    verdict: checks.every((check) => check === null || check.verdict === 'pass') ? 'pass' : 'fail',
  };
}

async function opened({ entry, backends: [backend] }: ChosenDevice, setting: Setting): Promise<Session> {
  try {
    return await openWithin(DEFAULT_HANG_SECONDS, entry, backend, setting);
  } catch (error) {
    if (!(error instanceof DeviceError) || backend === 'native-cpu') throw error;
    const sentence = notUsed(entry.ids[backend] ?? entry.id, entry, error);
    throw new UserError(sentence, 'Choose another device with --device.', {}, EXIT.runtime);
  }
}
