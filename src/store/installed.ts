/**
 * The models installed on this machine: bundles that lie directly in the store's folder, under the name of their own
 * folder. Looking at them reads manifests and sizes, not contents: hashing is for opening a bundle. A broken one is
 * listed with what is wrong with it; hidden folders are work in progress and not listed.
 */

import { lstat, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MANIFEST_FILE, type Manifest, parseManifest } from '../model/bundle/manifest.ts';
import { UserError } from '../system/errors.ts';
import { systemCode } from '../system/machine-error.ts';
import { storeError } from './places.ts';

interface Found {
  /** Of its folder in the store. */
  readonly name: string;
  readonly folder: string;
  /** True when the store holds only a link to the folder. */
  readonly linked: boolean;
  /** Sum of the sizes of its files. */
  readonly bytes: number;
}

export interface SoundModel extends Found {
  readonly state: 'sound';
  readonly precision: Manifest['precision'];
  /** Chunk lengths of its heads, nt, rising. */
  readonly lengths: readonly number[];
  readonly note: string | undefined;
  readonly manifest: Manifest;
}

export interface BrokenModel extends Found {
  readonly state: 'broken';
  /** What is wrong, without a full stop. */
  readonly problem: string;
}

export type InstalledModel = SoundModel | BrokenModel;

/**
 * @param store folder of installed models; need not exist
 * @returns all of them, in the order of names
 */
export async function listInstalled(store: string): Promise<InstalledModel[]> {
  const models: InstalledModel[] = [];
  for (const name of (await entriesOf(store)).sort()) {
    const model = await inspect(store, name);
    if (model !== undefined) models.push(model);
  }
  return models;
}

/** @param name as typed: anything that is no plain name, such as a path, is not found */
export async function findInstalled(store: string, name: string): Promise<InstalledModel | undefined> {
  // Asking the folder for its entries, rather than joining paths, leaves `..` and `a/b` no meaning.
  return (await entriesOf(store)).includes(name) ? inspect(store, name) : undefined;
}

async function entriesOf(store: string): Promise<string[]> {
  try {
    return (await readdir(store)).filter((name) => !name.startsWith('.'));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw storeError(error, store, 'read');
  }
}

/** undefined for what is no folder, or is gone by now. */
async function inspect(store: string, name: string): Promise<InstalledModel | undefined> {
  const folder = join(store, name);
  const entry = await lstat(folder).catch(() => undefined);
  const linked = entry?.isSymbolicLink() ?? false;
  if (entry === undefined || !(linked || entry.isDirectory())) return undefined;
  const target = linked ? await stat(folder).catch(() => undefined) : entry;
  if (target === undefined) {
    return { state: 'broken', name, folder, linked, bytes: 0, problem: 'it is a link to a folder that is gone' };
  }
  if (!target.isDirectory()) return undefined;
  let bytes = 0;
  try {
    bytes = await bytesIn(folder);
    const manifest = await readManifest(folder);
    const lengths = manifest.classifiers.map(({ length }) => length).sort((a, b) => a - b);
    const { precision, note } = manifest;
    return { state: 'sound', name, folder, linked, bytes, precision, lengths, note, manifest };
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined && !(error instanceof UserError)) throw error;
    const problem = error instanceof UserError ? error.sentence : `it cannot be read (${code})`;
    return { state: 'broken', name, folder, linked, bytes, problem };
  }
}

/** The manifest of a folder whose files are all there with the sizes it names. */
async function readManifest(folder: string): Promise<Manifest> {
  const file = join(folder, MANIFEST_FILE);
  const problem = (sentence: string) => new UserError(sentence, 'Import or download the model again.', { file });
  const found = await stat(file).catch(() => undefined);
  if (!found?.isFile()) throw problem(`it has no ${MANIFEST_FILE}`);
  const text = await readFile(file, 'utf8');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw problem('The manifest is damaged: it is no JSON');
  }
  const manifest = parseManifest(json, file);
  for (const { path, bytes } of manifest.files) {
    const size = (await stat(join(folder, path)).catch(() => undefined))?.size;
    if (size === undefined) throw problem(`its file ${path} is missing`);
    if (size !== bytes) throw problem(`its file ${path} has ${size} bytes instead of ${bytes}`);
  }
  return manifest;
}

/** Links inside count as the links they are. */
async function bytesIn(folder: string): Promise<number> {
  let bytes = 0;
  for (const name of await readdir(folder)) bytes += (await lstat(join(folder, name))).size;
  return bytes;
}
