/** `virnucpro models import`: checkpoints in, one bundle out. */

import { stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { type BundleParts, writeBundle } from '../../convert/write-bundle.ts';
import type { Emit } from '../../events/event.ts';
import { MANIFEST_FILE } from '../../model/bundle/manifest.ts';
import { openClassifier } from '../../model/checkpoint/classifier.ts';
import { openEsm2 } from '../../model/checkpoint/esm2.ts';
import { openMosaicBert } from '../../model/checkpoint/mosaicbert.ts';
import { publishedHeadLength } from '../../store/catalogue.ts';
import { checkModelName } from '../../store/name.ts';
import { modelsFolder } from '../../store/places.ts';
import { openStage } from '../../store/stage.ts';
import { UserError } from '../../system/errors.ts';
import { gitSha1OfFile } from '../../system/git-sha1.ts';
import { extractBundle } from '../../system/parts.ts';
import { type Arguments, wholeNumber } from '../arguments.ts';
import type { MODELS_IMPORT } from '../flags.ts';
import { chooseBundle } from '../model.ts';
import { precisionGiven } from '../precision.ts';

export async function modelsImport(given: Arguments<typeof MODELS_IMPORT>, emit: Emit): Promise<void> {
  const began = performance.now();
  const name = given.value('name');
  // With a name alone it is installed, and predict --model NAME finds it.
  const output = name === undefined ? given.required('output') : given.value('output');
  if (name !== undefined) checkModelName(name, []);
  const proteinPath = given.required('protein');
  const nucleotidePath = given.required('nucleotide');
  const heads = headFlags(given);
  for (const { path, length } of heads) await refuseOtherLength(path, length);
  const opened: { close(): Promise<void> }[] = [];
  const keep = <T extends { close(): Promise<void> }>(weights: T): T => {
    opened.push(weights);
    return weights;
  };
  const stage =
    name !== undefined && output === undefined
      ? await openStage(modelsFolder(), name, [await embeddedName()])
      : undefined;
  try {
    const protein = keep(await openEsm2(proteinPath, headsGiven(given, 'protein-heads')));
    const nucleotide = keep(await openMosaicBert(nucleotidePath, headsGiven(given, 'nucleotide-heads')));
    const parts: BundleParts = {
      name: name ?? basename(resolve(output ?? '')),
      precision: precisionGiven(given.value('precision')),
      nucleotide,
      protein,
      heads: await Promise.all(
        heads.map(async ({ path, length }) => ({ length, weights: keep(await openClassifier(path)) })),
      ),
      tokenizer: await tokenizerFor(nucleotide.files[0]!),
    };
    const manifest = await writeBundle(stage?.bundle ?? resolve(output ?? ''), parts, (step) =>
      emit({ event: 'stage', stage: 'import', note: `import: ${step}` }),
    );
    const folder = stage === undefined ? (output ?? '') : await stage.publish();
    emit({
      event: 'finished',
      counts: {},
      seconds: (performance.now() - began) / 1000,
      folder,
      written: [MANIFEST_FILE, ...manifest.files.map(({ path }) => path)],
    });
  } finally {
    for (const weights of opened) await weights.close();
    await stage?.discard();
  }
}

async function embeddedName(): Promise<string> {
  return (await chooseBundle(undefined, false)).manifest.name;
}

/** `--classifier A --length 300 --classifier B --length 500`: the n-th length belongs to the n-th head. */
function headFlags(given: Arguments<typeof MODELS_IMPORT>): { path: string; length: number }[] {
  given.required('classifier');
  const paths = given.values('classifier');
  const lengths = given.values('length').map((text) => wholeNumber('--length', text, 1));
  if (paths.length !== lengths.length) {
    throw new UserError(
      `${paths.length} --classifier and ${lengths.length} --length were given`,
      'Give one --length for each --classifier: the chunk length it was trained for.',
    );
  }
  return paths.map((path, i) => ({ path, length: lengths[i]! }));
}

/** The published heads have 7 MB. */
const LARGEST_HEAD_BYTES = 2 ** 26;

/** A published head scores chunks of another length without a word, and wrongly. */
async function refuseOtherLength(path: string, length: number): Promise<void> {
  // What is no readable file of a head's size is refused where it is opened.
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile() || found.size > LARGEST_HEAD_BYTES) return;
  const gitSha1 = await gitSha1OfFile(path).catch(() => undefined);
  const published = gitSha1 === undefined ? undefined : publishedHeadLength(gitSha1);
  if (published === undefined || published === length) return;
  throw new UserError(
    `this is the published head for chunks of ${published} nt, --length says ${length}`,
    `Give --length ${published}, or the other head.`,
    { file: path },
  );
}

function headsGiven(
  given: Arguments<typeof MODELS_IMPORT>,
  flag: 'protein-heads' | 'nucleotide-heads',
): number | undefined {
  const text = given.value(flag);
  return text === undefined ? undefined : wholeNumber(`--${flag}`, text, 1);
}

/** The tokenizer.json beside the checkpoint, else DNABERT-S's own, which the embedded bundle holds. */
async function tokenizerFor(checkpoint: string): Promise<string> {
  const beside = join(dirname(checkpoint), 'tokenizer.json');
  if (await Bun.file(beside).exists()) return beside;
  const embedded = await extractBundle();
  if (embedded === undefined) throw new Error('this executable carries no tokenizer');
  return join(embedded, 'tokenizer.json');
}
