/** `virnucpro models verify`: computes frames whose numbers are known, and tells how far off this machine is. */

import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Emit } from '../../events/event.ts';
import { parseGolden } from '../../model/bundle/golden.ts';
import type { Bundle } from '../../model/bundle/open.ts';
import { writeStandardOutput } from '../../output/standard-output.ts';
import { type Verification, verificationTable } from '../../output/verification.ts';
import { embedFrames, type FrameEmbeddings, type KnownFrame, type ScoreCheck } from '../../run/verify.ts';
import { publishedBundle } from '../../store/published-bundle.ts';
import { publishedFrames } from '../../store/published-numbers.ts';
import { EXIT, UserError } from '../../system/errors.ts';
import { NucleotideTokenizer } from '../../tokens/nucleotide.ts';
import { type Arguments, wholeNumber } from '../arguments.ts';
import type { MODELS_VERIFY } from '../flags.ts';
import { chooseBundle } from '../model.ts';
import { OwnReference, PublishedReference } from '../reference-numbers.ts';
import { openSession } from '../session.ts';

/** @returns the exit code: 0 pass, 1 fail */
export async function modelsVerify(given: Arguments<typeof MODELS_VERIFY>, emit: Emit): Promise<number> {
  const [typed, more] = given.positionals;
  if (typed === undefined || more !== undefined) {
    throw new UserError('models verify takes one model', 'Give its name or its folder.');
  }
  const device = given.value('device') ?? 'cpu';
  if (device !== 'cpu') throw new UserError(`There is no device ${device}`, 'This version computes on cpu.');
  const threads = given.value('threads');
  // Whoever asks wants the files looked at too, however often they were.
  const bundle = await chooseBundle(typed, true);
  const found = await verifyBundle(
    bundle,
    threads === undefined ? availableParallelism() : wholeNumber('--threads', threads, 1),
    emit,
  );
  const text = given.has('json') ? `${JSON.stringify(found, undefined, 2)}\n` : verificationTable(found);
  writeStandardOutput(new TextEncoder().encode(text));
  return found.verdict === 'pass' ? EXIT.done : EXIT.runtime;
}

/**
 * @param published name of a bundle in the catalogue whose numbers must hold; by default told by the files the bundle was
 * made of
 */
export async function verifyBundle(
  bundle: Bundle,
  threads: number,
  emit: Emit,
  published = publishedBundle(bundle.manifest),
): Promise<Verification> {
  const { manifest, folder } = bundle;
  const known = published === undefined ? undefined : publishedFrames(published);
  const reference =
    known === undefined
      ? new OwnReference(await goldenFrames(bundle), manifest.precision)
      : new PublishedReference(known, manifest.precision);
  const tokenizerFile = join(folder, manifest.tokenizer);
  const tokenizer = NucleotideTokenizer.parse(await Bun.file(tokenizerFile).json(), tokenizerFile);
  let embeddings: FrameEmbeddings | undefined;
  let device = '';
  const scores: Record<string, ScoreCheck | null> = {};
  for (const head of manifest.classifiers) {
    emit({ event: 'stage', stage: 'load', note: `loading the model with its head for ${head.length} nt` });
    const session = await openSession(bundle, head, threads);
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

async function goldenFrames({ folder, manifest }: Bundle): Promise<readonly KnownFrame[]> {
  const file = join(folder, manifest.golden);
  return parseGolden(await Bun.file(file).json(), file).frames.map((frame) => ({
    nucleotide: frame.nucleotide,
    protein: frame.protein,
    embeddings: { nucleotide: frame.nucleotide_embedding, protein: frame.protein_embedding },
    scores: frame.scores,
  }));
}
