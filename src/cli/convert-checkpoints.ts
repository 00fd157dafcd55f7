/** From checkpoints on the disk to a bundle, for import and pull: opens them, converts them, closes them. */

import { dirname, join } from 'node:path';
import { writeBundle } from '../convert/write-bundle.ts';
import type { Emit } from '../events/event.ts';
import type { Calibration } from '../model/bundle/calibration.ts';
import type { Manifest } from '../model/bundle/manifest.ts';
import { openClassifier } from '../model/checkpoint/classifier.ts';
import { openEsm2 } from '../model/checkpoint/esm2.ts';
import { openMosaicBert } from '../model/checkpoint/mosaicbert.ts';
import type { Precision } from '../model/graph/weight-sink.ts';
import { publishedHeadLength } from '../store/catalogue.ts';
import { UserError } from '../system/errors.ts';
import { gitSha1OfFile } from '../system/git-sha1.ts';
import { extractTokenizer } from '../system/parts.ts';
import { NucleotideTokenizer } from '../tokens/nucleotide.ts';

export interface EncoderPath {
  /** A file or its folder. */
  readonly path: string;
  /** Attention heads, for a checkpoint that does not say how many it has. */
  readonly heads?: number | undefined;
}

export interface HeadPath {
  /** A file or its folder. */
  readonly path: string;
  /** Chunk length that the head was trained for, nt. */
  readonly length: number;
  readonly calibration?: Calibration | undefined;
}

export interface CheckpointPaths {
  readonly protein: EncoderPath;
  readonly nucleotide: EncoderPath;
  readonly classifiers: readonly HeadPath[];
}

/**
 * @param folder of the bundle; must not exist
 * @param note a sentence that every run with the bundle ends with
 */
export async function convertCheckpoints(
  folder: string,
  name: string,
  precision: Precision,
  { protein: proteinPath, nucleotide: nucleotidePath, classifiers }: CheckpointPaths,
  emit: Emit,
  note?: string,
): Promise<Manifest> {
  const opened: { close(): Promise<void> }[] = [];
  const keep = <T extends { close(): Promise<void> }>(weights: T): T => {
    opened.push(weights);
    return weights;
  };
  try {
    const protein = keep(await openEsm2(proteinPath.path, proteinPath.heads));
    const nucleotide = keep(await openMosaicBert(nucleotidePath.path, nucleotidePath.heads));
    const heads = [];
    for (const { path, length, calibration } of classifiers) {
      const weights = keep(await openClassifier(path));
      await refuseOtherLength(weights.files, length);
      heads.push({ length, weights, calibration });
    }
    const tokenizer = await tokenizerFor(nucleotide.files[0]!, nucleotide.architecture.vocabulary);
    const parts = { name, note, precision, nucleotide, protein, heads, tokenizer };
    return await writeBundle(folder, parts, (step) =>
      emit({ event: 'stage', stage: 'import', note: `import: ${step}` }),
    );
  } finally {
    for (const weights of opened) await weights.close();
  }
}

/** A published head scores chunks of another length without a word, and wrongly. */
async function refuseOtherLength(files: readonly string[], length: number): Promise<void> {
  for (const file of files) {
    const published = publishedHeadLength(await gitSha1OfFile(file));
    if (published === undefined || published === length) continue;
    throw new UserError(
      `this is the published head for chunks of ${published} nt, --length says ${length}`,
      `Give --length ${published}, or the other head.`,
      { file },
    );
  }
}

/**
 * The tokenizer.json beside the checkpoint, else DNABERT-S's own.
 *
 * @param vocabulary tokens that the encoder knows
 * @param embedded gives the path of DNABERT-S's
 */
export async function tokenizerFor(
  checkpoint: string,
  vocabulary: number,
  embedded = extractTokenizer,
): Promise<string> {
  const beside = join(dirname(checkpoint), 'tokenizer.json');
  if (await Bun.file(beside).exists()) return beside;
  const path = await embedded();
  const { vocabularySize } = NucleotideTokenizer.parse(await Bun.file(path).json(), path);
  if (vocabularySize === vocabulary) return path;
  // With fewer tokens than the encoder knows it would run, and every token would be another than in training.
  throw new UserError(
    `has no tokenizer.json beside it, and is not for that of this program: ${vocabulary} tokens, not ${vocabularySize}`,
    'Put the tokenizer.json that belongs to the checkpoint beside it.',
    { file: checkpoint },
  );
}
