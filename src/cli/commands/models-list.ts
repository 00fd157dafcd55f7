/** `virnucpro models list`: what is here and what can be had. */

import { type ListedModel, modelTable } from '../../output/model-list.ts';
import { writeStandardOutput } from '../../output/standard-output.ts';
import { type CatalogueEntry, catalogueEntries, findEntry, licencesOf } from '../../store/catalogue.ts';
import { type InstalledModel, listInstalled } from '../../store/installed.ts';
import { modelsFolder } from '../../store/places.ts';
import { pullSize } from '../../store/sizes.ts';
import { bytesText } from '../../system/quantities.ts';
import type { Arguments } from '../arguments.ts';
import type { MODELS_LIST } from '../flags.ts';
import { chooseBundle } from '../model.ts';

export async function modelsList(given: Arguments<typeof MODELS_LIST>): Promise<void> {
  const installed = await listInstalled(modelsFolder());
  const names = new Set(installed.map(({ name }) => name));
  const available = catalogueEntries().filter((entry) => !names.has(entry.name));
  const models = [await embedded(), ...installed.map(listed), ...available.map(offered)];
  const text = given.has('json') ? `${JSON.stringify({ models }, undefined, 2)}\n` : modelTable(models, bytesText);
  writeStandardOutput(new TextEncoder().encode(text));
}

async function embedded(): Promise<ListedModel> {
  const { manifest } = await chooseBundle(undefined, false);
  const { name, precision, classifiers, files, note } = manifest;
  return {
    ...{ name, state: 'embedded', precision, licence: 'MIT', about: note ?? null, path: null },
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    lengths: classifiers.map(({ length }) => length).sort((a, b) => a - b),
  };
}

function listed(model: InstalledModel): ListedModel {
  const { name, bytes, folder: path } = model;
  if (model.state === 'broken') {
    return { name, state: 'broken', bytes, precision: null, lengths: [], licence: null, about: model.problem, path };
  }
  const { precision, lengths, note } = model;
  const entry = findEntry(name);
  const licence = entry === undefined ? null : licenceText(entry);
  return { name, state: 'installed', bytes, precision, lengths, licence, about: note ?? null, path };
}

function offered(entry: CatalogueEntry): ListedModel {
  const { name, description } = entry;
  const { bytes: known, unknown } = pullSize(entry);
  const bytes = known === 0 && unknown > 0 ? null : known;
  return {
    ...{
      name,
      state: 'available',
      bytes,
      precision: null,
      licence: licenceText(entry),
      about: description,
      path: null,
    },
    lengths: lengthsOf(entry),
  };
}

function lengthsOf(entry: CatalogueEntry): number[] {
  if (entry.kind === 'bundle') return entry.heads.map(({ length }) => length);
  return entry.kind === 'classifier' ? [entry.length] : [];
}

function licenceText(entry: CatalogueEntry): string {
  return licencesOf(entry).join(', ');
}
