/** `virnucpro models import`: checkpoints in, one bundle out. */

import { basename, dirname, join, resolve } from 'node:path';
import { type BundleParts, writeBundle } from '../../convert/write-bundle.ts';
import type { Emit } from '../../events/event.ts';
import { MANIFEST_FILE } from '../../model/bundle/manifest.ts';
import { openClassifier } from '../../model/checkpoint/classifier.ts';
import { openEsm2 } from '../../model/checkpoint/esm2.ts';
import { openMosaicBert } from '../../model/checkpoint/mosaicbert.ts';
import { UserError } from '../../system/errors.ts';
import { extractBundle } from '../../system/parts.ts';
import { type Arguments, wholeNumber } from '../arguments.ts';
import type { MODELS_IMPORT } from '../flags.ts';

export async function modelsImport(given: Arguments<typeof MODELS_IMPORT>, emit: Emit): Promise<void> {
  const began = performance.now();
  const output = given.required('output');
  const proteinPath = given.required('protein');
  const nucleotidePath = given.required('nucleotide');
  const heads = headFlags(given);
  const opened: { close(): Promise<void> }[] = [];
  const keep = <T extends { close(): Promise<void> }>(weights: T): T => {
    opened.push(weights);
    return weights;
  };
  try {
    const protein = keep(await openEsm2(proteinPath));
    const nucleotide = keep(await openMosaicBert(nucleotidePath));
    const parts: BundleParts = {
      name: given.value('name') ?? basename(resolve(output)),
      nucleotide,
      protein,
      heads: await Promise.all(
        heads.map(async ({ path, length }) => ({ length, weights: keep(await openClassifier(path)) })),
      ),
      tokenizer: await tokenizerFor(nucleotide.files[0]!),
    };
    const manifest = await writeBundle(resolve(output), parts, (step) =>
      emit({ event: 'stage', stage: 'import', note: `import: ${step}` }),
    );
    emit({
      event: 'finished',
      counts: {},
      seconds: (performance.now() - began) / 1000,
      folder: output,
      written: [MANIFEST_FILE, ...manifest.files.map(({ path }) => path)],
    });
  } finally {
    for (const weights of opened) await weights.close();
  }
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

/** The tokenizer.json beside the checkpoint, else DNABERT-S's own, which the embedded bundle holds. */
async function tokenizerFor(checkpoint: string): Promise<string> {
  const beside = join(dirname(checkpoint), 'tokenizer.json');
  if (await Bun.file(beside).exists()) return beside;
  const embedded = await extractBundle();
  if (embedded === undefined) throw new Error('this executable carries no tokenizer');
  return join(embedded, 'tokenizer.json');
}
