/** From checkpoints on the disk to a bundle, for import and pull: opens them, converts them, closes them. */

import { dirname, join } from 'node:path';
import { writeBundle } from '../convert/write-bundle.ts';
import type { Emit } from '../events/event.ts';
import type { Manifest } from '../model/bundle/manifest.ts';
import { openClassifier } from '../model/checkpoint/classifier.ts';
import { openEsm2 } from '../model/checkpoint/esm2.ts';
import { openMosaicBert } from '../model/checkpoint/mosaicbert.ts';
import type { Precision } from '../model/graph/weight-sink.ts';
import { publishedHeadLength } from '../store/catalogue.ts';
import { UserError } from '../system/errors.ts';
import { gitSha1OfFile } from '../system/git-sha1.ts';
import { extractBundle } from '../system/parts.ts';

export interface EncoderPath {
  /** A file or its folder. */
  readonly path: string;
  /** Attention heads, for a checkpoint that does not say how many it has. */
  readonly heads?: number | undefined;
}

export interface CheckpointPaths {
  readonly protein: EncoderPath;
  readonly nucleotide: EncoderPath;
  /** `length`: chunk length that the head was trained for, nt. */
  readonly classifiers: readonly { readonly path: string; readonly length: number }[];
}

/** @param folder of the bundle; must not exist */
export async function convertCheckpoints(
  folder: string,
  name: string,
  precision: Precision,
  { protein: proteinPath, nucleotide: nucleotidePath, classifiers }: CheckpointPaths,
  emit: Emit,
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
    for (const { path, length } of classifiers) {
      const weights = keep(await openClassifier(path));
      await refuseOtherLength(weights.files, length);
      heads.push({ length, weights });
    }
    const tokenizer = await tokenizerFor(nucleotide.files[0]!);
    return await writeBundle(folder, { name, precision, nucleotide, protein, heads, tokenizer }, (step) =>
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

/** The tokenizer.json beside the checkpoint, else DNABERT-S's own, which the embedded bundle holds. */
async function tokenizerFor(checkpoint: string): Promise<string> {
  const beside = join(dirname(checkpoint), 'tokenizer.json');
  if (await Bun.file(beside).exists()) return beside;
  const embedded = await extractBundle();
  if (embedded === undefined) throw new Error('this executable carries no tokenizer');
  return join(embedded, 'tokenizer.json');
}
