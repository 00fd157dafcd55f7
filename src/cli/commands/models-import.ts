/** `virnucpro models import`: checkpoints in, one bundle out. */

import { basename, resolve } from 'node:path';
import type { Emit } from '../../events/event.ts';
import { MANIFEST_FILE } from '../../model/bundle/manifest.ts';
import { checkModelName } from '../../store/name.ts';
import { modelsFolder } from '../../store/places.ts';
import { openStage } from '../../store/stage.ts';
import { UserError } from '../../system/errors.ts';
import { type Arguments, wholeNumber } from '../arguments.ts';
import { readCalibrations } from '../calibrations.ts';
import { convertCheckpoints, type HeadPath } from '../convert-checkpoints.ts';
import type { MODELS_IMPORT } from '../flags.ts';
import { chooseBundle } from '../model.ts';
import { noteGiven } from '../note.ts';
import { precisionGiven } from '../precision.ts';

export async function modelsImport(given: Arguments<typeof MODELS_IMPORT>, emit: Emit): Promise<void> {
  const began = performance.now();
  const name = given.value('name');
  // With a name alone it is installed, and predict --model NAME finds it.
  const output = name === undefined ? given.required('output') : given.value('output');
  if (name !== undefined) checkModelName(name, []);
  const proteinPath = given.required('protein');
  const nucleotidePath = given.required('nucleotide');
  const classifiers = await withCalibrations(headFlags(given), given.value('calibration'));
  const note = noteGiven(given.value('note'));
  const precision = precisionGiven(given.value('precision'));
  const paths = {
    protein: { path: proteinPath, heads: headsGiven(given, 'protein-heads') },
    nucleotide: { path: nucleotidePath, heads: headsGiven(given, 'nucleotide-heads') },
    classifiers,
  };
  const stage =
    name !== undefined && output === undefined
      ? await openStage(modelsFolder(), name, [await embeddedName()])
      : undefined;
  try {
    // As typed, for messages; a slash at its end would name what is inside.
    const target = stage?.bundle ?? withoutSlash(output ?? '');
    const manifest = await convertCheckpoints(target, name ?? basename(resolve(target)), precision, paths, emit, note);
    const folder = stage === undefined ? (output ?? '') : await stage.publish();
    emit({
      event: 'finished',
      counts: {},
      seconds: (performance.now() - began) / 1000,
      folder,
      written: [MANIFEST_FILE, ...manifest.files.map(({ path }) => path)],
    });
  } finally {
    await stage?.discard();
  }
}

function withoutSlash(path: string): string {
  return path.replace(/(?<=[^/\\])[/\\]+$/, '');
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

async function withCalibrations(heads: readonly HeadPath[], file: string | undefined): Promise<readonly HeadPath[]> {
  if (file === undefined) return heads;
  const calibrations = await readCalibrations(
    file,
    heads.map(({ length }) => length),
  );
  return heads.map((head) => ({ ...head, calibration: calibrations.get(head.length) }));
}

function headsGiven(
  given: Arguments<typeof MODELS_IMPORT>,
  flag: 'protein-heads' | 'nucleotide-heads',
): number | undefined {
  const text = given.value(flag);
  return text === undefined ? undefined : wholeNumber(`--${flag}`, text, 1);
}
