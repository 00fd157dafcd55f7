/** Finds the bundle a person means: a folder, or the embedded one by its name or by default. */

import type { ClassifierEntry } from '../model/bundle/manifest.ts';
import { type Bundle, looksLikeBundle, openBundle } from '../model/bundle/open.ts';
import { bundleTokenizer } from '../run/proof/golden-frames.ts';
import { findEntry } from '../store/catalogue.ts';
import { findInstalled } from '../store/installed.ts';
import { modelsFolder } from '../store/places.ts';
import { UserError } from '../system/errors.ts';
import { extractBundle } from '../system/parts.ts';

export interface ChosenBundle extends Bundle {
  /** Folder as typed; undefined for the embedded bundle. */
  readonly typed: string | undefined;
}

/**
 * @param typed what followed --model; undefined is the embedded bundle
 * @param always hash its files again even when they were checked before
 * @throws UserError where a file of it is not what the manifest says, or its tokenizer cannot be read
 */
export async function chooseBundle(typed: string | undefined, always: boolean): Promise<ChosenBundle> {
  const bundle = await findBundle(typed, always);
  // Workers read it again; what is wrong with it is said here, before there are any.
  await bundleTokenizer(bundle);
  return bundle;
}

async function findBundle(typed: string | undefined, always: boolean): Promise<ChosenBundle> {
  if (typed !== undefined && (await looksLikeBundle(typed))) return { ...(await openBundle(typed, always)), typed };
  if (typed !== undefined) {
    const installed = await findInstalled(modelsFolder(), typed);
    if (installed !== undefined) return { ...(await openBundle(installed.folder, always)), typed: installed.folder };
  }
  const folder = await extractBundle();
  const embedded = folder === undefined ? undefined : await openBundle(folder, always);
  if (embedded !== undefined && (typed === undefined || typed === embedded.manifest.name)) {
    return { ...embedded, typed: undefined };
  }
  if (typed === undefined) throw new UserError('This executable carries no model', 'Give one with --model.');
  const known = findEntry(typed)?.kind === 'bundle';
  throw new UserError(
    known ? `The model ${typed} is not installed` : `There is no model ${typed}`,
    known
      ? `Get it first: virnucpro models pull ${typed}`
      : 'Give a name that "virnucpro models list" shows, or a folder made by "virnucpro models import".',
  );
}

/** The usual head where nothing was asked for. */
const USUAL_LENGTH = 500;

/** The head for a chunk length; without one: 500 where the bundle has it, else its only head. */
export function chooseHead({ manifest }: Bundle, asked: number | undefined): ClassifierEntry {
  const heads = manifest.classifiers;
  const lengths = heads.map(({ length }) => length).sort((a, b) => a - b);
  if (asked === undefined && heads.length > 1 && !lengths.includes(USUAL_LENGTH)) {
    throw new UserError(
      `The bundle ${manifest.name} has several heads`,
      `Choose one with --length ${lengths.join(' or ')}.`,
    );
  }
  const wanted = asked ?? (lengths.includes(USUAL_LENGTH) ? USUAL_LENGTH : lengths[0]);
  const head = heads.find(({ length }) => length === wanted);
  if (head !== undefined) return head;
  throw new UserError(
    `The bundle ${manifest.name} has no head for chunks of ${wanted} nt`,
    `It has one for ${lengths.join(' and ')}: choose with --length.`,
  );
}
